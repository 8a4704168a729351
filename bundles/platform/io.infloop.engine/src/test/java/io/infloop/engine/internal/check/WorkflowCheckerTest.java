package io.infloop.engine.internal.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.engine.Workflows.Problem;
import io.infloop.engine.Workflows.Severity;
import io.infloop.engine.internal.graph.WorkflowCache;
import io.infloop.engine.internal.testing.FakeContributions;
import io.infloop.engine.internal.testing.FakeWorkflows;
import io.infloop.engine.internal.testing.TestNodes;
import io.infloop.engine.internal.walk.NodeTypes;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeOutcome;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkflowCheckerTest {
    private final FakeWorkflows store = new FakeWorkflows();
    private final FakeContributions contributions = new FakeContributions()
            .add(TestNodes.basic())
            .add(TestNodes.of(
                    NodeDescriptor.builder("typed", "Typed")
                            .templated("prompt")
                            .configSchema(
                                    """
                                    {"type":"object","required":["prompt"],"properties":{"prompt":{"type":"string"},
                                     "op":{"enum":["==","!="]},"count":{"type":["integer","null"]}}}""")
                            .build(),
                    context -> NodeOutcome.next(JsonObject.EMPTY)));
    private final WorkflowChecker checker =
            new WorkflowChecker(store, new WorkflowCache(store), new NodeTypes(contributions));

    private List<Problem> check(String document) {
        return checker.check(FakeWorkflows.document(document));
    }

    private List<String> errors(String document) {
        return check(document).stream()
                .filter(problem -> problem.severity() == Severity.ERROR)
                .map(problem -> problem.path() + ": " + problem.message())
                .toList();
    }

    private List<String> warnings(String document) {
        List<Problem> problems = check(document);
        assertThat(problems).noneMatch(problem -> problem.severity() == Severity.ERROR);
        return problems.stream()
                .map(problem -> problem.path() + ": " + problem.message())
                .toList();
    }

    private static String with(String nodes, String edges) {
        return "{'id':'w','name':'W','nodes':[{'id':'s','type':'start'}" + nodes + "],'edges':[" + edges + "]}";
    }

    @Test
    void aGoodDocumentHasNoProblems() {
        assertThat(check(with(
                                ",{'id':'a','type':'echo','config':{'text':'{{s.x}} {{run.id}}'}},{'id':'note','type':'sidenote'}",
                                "{'id':'1','source':'s','sourceHandle':'next','target':'a','targetHandle':'in'}"))
                        .stream()
                        .filter(problem -> !problem.message().contains("sidenote")))
                .isEmpty();
    }

    @Test
    void theSkeletonMustBeThere() {
        assertThat(errors("{}"))
                .containsExactly(
                        "id: id is required and must be a non-empty string",
                        "name: name is required and must be a non-empty string",
                        "nodes: nodes is required and must be an array",
                        "edges: edges is required and must be an array");
        assertThat(errors("{'id':'../x','name':'W','nodes':[],'edges':[]}")).hasSize(2);
        assertThat(errors("{'id':'w','name':'W','nodes':[],'edges':[]}"))
                .containsExactly("nodes: workflow has no 'start' node");
        assertThat(errors("{'id':'w','name':'W','nodes':[7,{'id':'s','type':'start','config':[]}],'edges':{}}"))
                .hasSize(3);
    }

    @Test
    void startInsideAContainerIsNotEnough() {
        assertThat(
                        errors(
                                "{'id':'w','name':'W','nodes':[{'id':'l','type':'loop','children':[{'id':'s','type':'start'}]}],'edges':[]}"))
                .containsExactly("nodes: workflow has no 'start' node");
    }

    @Test
    void edgesMustEndAtNodesOfTheTree() {
        assertThat(errors(with(
                        ",{'id':'l','type':'loop','children':[{'id':'c','type':'check'}]}",
                        "{'id':'good','source':'s','target':'c'},{'id':'bad','source':'s','target':'nobody'}")))
                .containsExactly("edges[1].target: edge \"bad\": target \"nobody\" does not exist");
    }

    @Test
    void nodeIdsAreUniqueAndUsable() {
        assertThat(errors(
                        with(",{'id':'s','type':'echo'},{'id':'a/b','type':'echo'},{'id':'inputs','type':'echo'}", "")))
                .hasSize(3)
                .anySatisfy(text -> assertThat(text).contains("duplicate node id \"s\""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'id':'p','type':'parallel','config':{'mode':'quorum','quorumN':2},'children':[{'id':'a','type':'echo'}]} | quorumN must be between 1 and the number of children (1)",
                "{'id':'p','type':'parallel','config':{'onError':'ignore'}} | onError must be fail-fast or best-effort",
                "{'id':'p','type':'subworkflow','config':{}} | workflowId must be a non-empty string",
                "{'id':'p','type':'judge','config':{'candidates':['a']}} | requires at least 2 candidates (got 1)"
            })
    void rulesOfTheFormat(String node, String message) {
        assertThat(errors(with("," + node, ""))).singleElement().satisfies(text -> assertThat(text)
                .contains(message));
    }

    @Test
    void theBodyOfALoopHasOneBeginning() {
        assertThat(errors(with(
                        ",{'id':'l','type':'loop','children':[{'id':'a','type':'echo'},{'id':'b','type':'echo'}]}",
                        "")))
                .singleElement()
                .satisfies(text -> assertThat(text).contains("several beginnings (a, b)"));
        assertThat(
                        errors(
                                with(
                                        ",{'id':'l','type':'loop','children':[{'id':'a','type':'echo'},{'id':'b','type':'check'},{'id':'n','type':'sidenote'}]}",
                                        "{'id':'1','source':'a','target':'b'},{'id':'2','source':'b','sourceHandle':'not_met','target':'a'}")))
                .isEmpty();
    }

    @Test
    void inputDeclarationsMustMakeSense() {
        assertThat(
                        errors(
                                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'}],'edges':[],'inputs':[
                  {'name':'1x','type':'string'},{'name':'a','type':'date'},{'name':'b','type':'number','default':'x'},
                  {'name':'b','type':'string'},7]}"""))
                .hasSize(5);
        assertThat(errors(
                        "{'id':'w','name':'W','nodes':[{'id':'s','type':'start'}],'edges':[],'concurrency':{'max':0}}"))
                .hasSize(1);
    }

    @Test
    void workflowsMustNotCallThemselves() {
        store.put(
                "{'id':'b','name':'B','nodes':[{'id':'s','type':'start'},{'id':'c','type':'subworkflow','config':{'workflowId':'w'}}],'edges':[]}");
        assertThat(errors(with(",{'id':'c','type':'subworkflow','config':{'workflowId':'b'}}", "")))
                .containsExactly("nodes[1].config.workflowId: subworkflow cycle detected involving w");
        assertThat(errors(with(",{'id':'c','type':'subworkflow','config':{'workflowId':'elsewhere'}}", "")))
                .isEmpty();
        store.put(
                "{'id':'b','name':'B','nodes':[{'id':'s','type':'start'},{'id':'c','type':'subworkflow','config':{'workflowId':'d'}},{'id':'c2','type':'subworkflow','config':{'workflowId':'d'}}],'edges':[]}");
        assertThat(errors(with(",{'id':'c','type':'subworkflow','config':{'workflowId':'b'}}", "")))
                .isEmpty();
    }

    @Test
    void warnsAboutWhatARunMayTripOver() {
        assertThat(
                        warnings(
                                with(
                                        ",{'id':'s2','type':'start'},{'id':'u','type':'unknown'},{'id':'a','type':'echo'},{'id':'b','type':'echo'},{'id':'c','type':'echo'}",
                                        "{'id':'1','source':'s','sourceHandle':'sideways','target':'u'},{'id':'2','source':'a','target':'b'},{'id':'3','source':'b','target':'s'}")))
                .contains(
                        "nodes[2].type: no plugin offers node type \"unknown\" at this moment",
                        "nodes[1]: several start nodes: runs begin at the first one, never at \"s2\"",
                        "edges[0].sourceHandle: node \"s\" (start) has no handle \"sideways\"; the edge is never followed",
                        "edges[2].target: node \"s\" (start) takes no input",
                        "nodes[3]: node \"a\" cannot be reached from the start",
                        "nodes[5]: node \"c\" is connected to nothing");
        assertThat(warnings(with(
                        ",{'id':'l','type':'loop','children':[{'id':'x','type':'echo'}]},{'id':'out','type':'echo'}",
                        "{'id':'1','source':'s','target':'l'},{'id':'2','source':'x','target':'out'}")))
                .singleElement()
                .satisfies(text -> assertThat(text).contains("crosses the border of a container"));
    }

    @Test
    void holdsConfigurationsAgainstTheirSchema() {
        assertThat(
                        warnings(
                                with(
                                        ",{'id':'t','type':'typed','config':{'op':'<','count':1.5}},{'id':'t2','type':'typed','config':{'prompt':7}},"
                                                + "{'id':'t3','type':'typed','config':{'prompt':'{{ghost.x}} {{inputs.y}}','op':'{{s.op}}'}}",
                                        "{'id':'1','source':'s','target':'t'},{'id':'2','source':'t','target':'t2'},{'id':'3','source':'t2','target':'t3'}")))
                .containsExactly(
                        "nodes[1].config.prompt: node \"t\": prompt is required",
                        "nodes[1].config.op: node \"t\": op should be one of ==, !=",
                        "nodes[1].config.count: node \"t\": count should be of type integer or null",
                        "nodes[2].config.prompt: node \"t2\": prompt should be of type string",
                        "nodes[3].config.prompt: {{ghost.x}} in node \"t3\": there is no node \"ghost\"");
    }

    @Test
    void knowsTheInputsOfStoredWorkflows() {
        assertThat(checker.inputs("w")).isEmpty();
        store.put(
                "{'id':'w','name':'W','inputs':[{'name':'x','type':'text'}],'nodes':[{'id':'s','type':'start'}],'edges':[]}");
        assertThat(checker.inputs("w").orElseThrow()).singleElement().satisfies(input -> assertThat(input.name())
                .isEqualTo("x"));
        store.put("{'id':'w','name':'W','nodes':[{'id':'s','type':'start'}],'edges':[]}");
        assertThat(checker.inputs("w").orElseThrow()).isEmpty();
    }

    @Test
    void globalsAreTexts() {
        assertThat(
                        errors(
                                "{'id':'w','name':'W','globals':{'a':'x','b':7},'nodes':[{'id':'s','type':'start'}],'edges':[]}"))
                .containsExactly("globals.b: global \"b\" must be a string; put its value in quotes");
        assertThat(errors("{'id':'w','name':'W','globals':[],'nodes':[{'id':'s','type':'start'}],'edges':[]}"))
                .containsExactly("globals: globals must be an object of strings");
    }
}
