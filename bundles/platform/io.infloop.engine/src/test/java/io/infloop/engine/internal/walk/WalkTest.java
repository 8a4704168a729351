package io.infloop.engine.internal.walk;

import static io.infloop.engine.internal.testing.EngineFixture.events;
import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.engine.internal.testing.EngineFixture;
import io.infloop.spi.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalkTest {
    @TempDir
    Path data;

    private EngineFixture engine;

    @BeforeEach
    void setUp() {
        engine = new EngineFixture(data);
    }

    @AfterEach
    void tearDown() {
        engine.close();
    }

    private static List<String> nodes(JsonObject record, String type) {
        return events(record, type).stream()
                .map(event -> event.string("nodeId").orElseThrow())
                .toList();
    }

    private static JsonObject scope(JsonObject record) {
        return record.object("scope").orElseThrow();
    }

    @Test
    void walksFromStartToEndAndKeepsOutputs() {
        engine.workflows.put(
                """
                {'id':'w','name':'W','globals':{'who':'world'},
                 'inputs':[{'name':'greeting','type':'string'}],
                 'nodes':[{'id':'s','type':'start'},{'id':'a','type':'echo','config':{'text':'{{inputs.greeting}} {{globals.who}}'}},
                  {'id':'b','type':'echo','config':{'text':'{{a.text}}! {{__inputs.greeting}} {{run.id}}{{nothing}}'}},{'id':'e','type':'end'}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'a'},{'id':'2','source':'a','sourceHandle':'next','target':'b'},
                  {'id':'3','source':'b','sourceHandle':'next','target':'e'}]}""");
        JsonObject record = engine.run("w", Map.of("greeting", "hello"));
        assertThat(record.string("status")).contains("succeeded");
        assertThat(scope(record).object("b").orElseThrow().string("text"))
                .contains("hello world! hello " + record.string("runId").orElseThrow());
        assertThat(nodes(record, "node_started")).containsExactly("s", "a", "b", "e");
        assertThat(nodes(record, "template_warning")).containsExactly("b");
        assertThat(scope(record).asMap()).containsKeys("inputs", "globals").doesNotContainKeys("__inputs", "run");
    }

    @Test
    void seedsNoInputsWhenThereAreNone() {
        engine.workflows.put("{'id':'w','name':'W','nodes':[{'id':'s','type':'start'}],'edges':[]}");
        JsonObject record = engine.run("w");
        assertThat(scope(record).has("inputs")).isFalse();
        assertThat(record.string("status")).contains("succeeded");
    }

    @Test
    void followsTheHandleThatTheNodeChose() {
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'c','type':'check','config':{'at':1}},
                  {'id':'yes','type':'echo'},{'id':'no','type':'echo'}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'c'},{'id':'2','source':'c','sourceHandle':'met','target':'yes'},
                  {'id':'3','source':'c','sourceHandle':'not_met','target':'no'},{'id':'4','source':'c','sourceHandle':'met','target':'no'}]}""");
        JsonObject record = engine.run("w");
        assertThat(nodes(record, "node_started")).containsExactly("s", "c", "yes");
        assertThat(events(record, "condition_checked")).singleElement().satisfies(event -> {
            assertThat(event.bool("met")).contains(true);
            assertThat(event.string("nodeId")).contains("c");
        });
    }

    @Test
    void anErrorThatNobodyHandlesFailsTheRunWithItsReason() {
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'f','type':'fail','config':{'text':'no disk'}}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'f'}]}""");
        JsonObject record = engine.run("w");
        assertThat(record.string("status")).contains("failed");
        assertThat(record.string("errorMessage")).contains("node \"f\" failed: no disk");
    }

    @Test
    void anErrorThatIsHandledDoesNot() {
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'f','type':'fail'},{'id':'r','type':'echo','config':{'text':'{{f.errorMessage}}'}}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'f'},{'id':'2','source':'f','sourceHandle':'error','target':'r'}]}""");
        JsonObject record = engine.run("w");
        assertThat(record.string("status")).contains("succeeded");
        assertThat(scope(record).object("r").orElseThrow().string("text")).contains("it failed");
    }

    @Test
    void anEndNodeMayFailTheRun() {
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'e','type':'end','config':{'outcome':'failed'}}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'e'}]}""");
        assertThat(engine.run("w").string("status")).contains("failed");
    }

    private void loop(String config, String children, String edges) {
        engine.workflows.put(
                "{'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'l','type':'loop','config':" + config
                        + ",'children':[" + children + "]},{'id':'after','type':'echo'}],"
                        + "'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'l'},{'id':'2','source':'l','sourceHandle':'next','target':'after'}"
                        + edges + "]}");
    }

    @Test
    void aLoopBreaksOnTheThirdIteration() {
        loop(
                "{'maxIterations':10}",
                "{'id':'x','type':'echo'},{'id':'c','type':'check','config':{'at':3}}",
                ",{'id':'3','source':'x','sourceHandle':'next','target':'c'},{'id':'4','source':'c','sourceHandle':'met','target':'x'}");
        JsonObject record = engine.run("w");
        assertThat(scope(record).object("l"))
                .contains(JsonObject.builder()
                        .put("iterations", 3)
                        .put("broke", true)
                        .put("exhausted", false)
                        .build());
        assertThat(nodes(record, "node_started")).containsExactly("s", "l", "x", "c", "x", "c", "x", "c", "after");
        assertThat(events(record, "node_started").get(4).number("loopIteration"))
                .contains(2L);
        assertThat(events(record, "node_finished").get(1).number("loopIteration"))
                .contains(1L);
        // s, l, three iterations with two nodes each, after
        assertThat(record.number("nodeExecutions")).contains(12L);
    }

    @Test
    void aLoopThatReachesItsCapGoesOn() {
        loop("{'maxIterations':2}", "{'id':'c','type':'check'}", "");
        JsonObject record = engine.run("w");
        assertThat(record.string("status")).contains("succeeded");
        assertThat(scope(record).object("l").orElseThrow().bool("exhausted")).contains(true);
        assertThat(nodes(record, "node_started")).endsWith("after");
    }

    @Test
    void anEmptyLoopIsSkipped() {
        loop("{}", "", "");
        assertThat(nodes(engine.run("w"), "node_started")).containsExactly("s", "l", "after");
    }

    @Test
    void anEndInsideALoopEndsTheRun() {
        loop("{'infinite':true}", "{'id':'e','type':'end','config':{'outcome':'failed'}}", "");
        JsonObject record = engine.run("w");
        assertThat(record.string("status")).contains("failed");
        assertThat(nodes(record, "node_finished")).containsExactly("s", "e", "l");
    }

    @Test
    void anErrorInsideALoopFailsTheRunAndNamesTheNode() {
        loop("{}", "{'id':'f','type':'fail','config':{'text':'broken'}}", "");
        assertThat(engine.run("w").string("errorMessage")).contains("node \"f\" failed: broken");
    }

    @Test
    void anInnerBreakDoesNotBreakTheOuterLoop() {
        loop(
                "{'maxIterations':3}",
                "{'id':'inner','type':'loop','config':{'maxIterations':5},'children':[{'id':'c','type':'check','config':{'at':2}}]}",
                "");
        JsonObject record = engine.run("w");
        assertThat(scope(record).object("l").orElseThrow().number("iterations")).contains(3L);
        assertThat(scope(record).object("inner").orElseThrow().number("iterations"))
                .contains(2L);
    }

    @Test
    void aLoopBodyThatEndsInAContainerEndsTheIterationOnly() {
        loop("{'maxIterations':2}", "{'id':'p','type':'all','children':[{'id':'x','type':'echo'}]}", "");
        JsonObject record = engine.run("w");
        assertThat(scope(record).object("l").orElseThrow().number("iterations")).contains(2L);
        assertThat(nodes(record, "node_started")).endsWith("after");
    }

    @Test
    void aConditionInsideAParallelBranchFollowsItsEdgesAndInheritsTheIteration() {
        loop(
                "{'maxIterations':1}",
                "{'id':'p','type':'all','children':[{'id':'c','type':'check','config':{'at':1}},{'id':'x','type':'echo'}]}",
                ",{'id':'3','source':'c','sourceHandle':'met','target':'x'}");
        JsonObject record = engine.run("w");
        assertThat(nodes(record, "node_started")).containsExactly("s", "l", "p", "c", "x", "after");
        assertThat(events(record, "node_started").get(4).number("loopIteration"))
                .contains(1L);
    }

    @Test
    void aLoopWithoutEffectIsStoppedByTheBudget() {
        engine.settings.maxRunNodeExecutions = 50;
        loop("{'infinite':true}", "{'id':'c','type':'check'}", "");
        JsonObject record = engine.run("w");
        assertThat(record.string("status")).contains("failed");
        assertThat(record.string("errorMessage"))
                .contains("run budget exceeded: node executions > 50 (INFLOOP_MAX_RUN_NODE_EXECUTIONS)");
    }

    @Test
    void branchesDoNotSeeEachOther() {
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'p','type':'all','children':[
                   {'id':'a','type':'echo','config':{'text':'A'}},{'id':'a2','type':'echo','config':{'text':'{{a.text}}{{b.text}}{{s.none}}'}},
                   {'id':'b','type':'echo','config':{'text':'B{{a.text}}'}}]}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'p'},{'id':'2','source':'a','sourceHandle':'next','target':'a2'}]}""");
        JsonObject record = engine.run("w");
        JsonObject children =
                scope(record).object("p").orElseThrow().object("children").orElseThrow();
        assertThat(children.asMap().keySet()).containsExactly("a", "b");
        JsonObject first = children.object("a").orElseThrow().object("outputs").orElseThrow();
        assertThat(first.asMap().keySet()).containsExactly("a", "a2");
        assertThat(first.object("a2").orElseThrow().string("text")).contains("A");
        assertThat(children.object("b")
                        .orElseThrow()
                        .object("outputs")
                        .orElseThrow()
                        .object("b")
                        .orElseThrow()
                        .string("text"))
                .contains("B");
        assertThat(scope(record).has("a")).isFalse();
    }

    @Test
    void aFailedBranchNamesItsReason() {
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'p','type':'all','children':[
                   {'id':'a','type':'echo'},{'id':'b','type':'fail','config':{'text':'no luck'}}]}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'p'}]}""");
        JsonObject record = engine.run("w");
        JsonObject b = scope(record)
                .object("p")
                .orElseThrow()
                .object("children")
                .orElseThrow()
                .object("b")
                .orElseThrow();
        assertThat(b.string("error")).contains("no luck");
        assertThat(record.string("status")).contains("failed");
    }

    @Test
    void callsAnotherWorkflowInAScopeOfItsOwn() {
        engine.workflows.put(
                """
                {'id':'child','name':'C','globals':{'g':'G'},'inputs':[{'name':'n','type':'number'},{'name':'d','type':'string','default':'D'}],
                 'nodes':[{'id':'s','type':'start'},{'id':'x','type':'echo','config':{'text':'{{inputs.n}} {{__inputs.d}} {{globals.g}} {{outer.text}}'}}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'x'}]}""");
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'outer','type':'echo','config':{'text':'7'}},
                   {'id':'sub','type':'call','config':{'workflowId':'child','inputs':{'n':'{{outer.text}}'}}}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'outer'},{'id':'2','source':'outer','sourceHandle':'next','target':'sub'}]}""");
        JsonObject record = engine.run("w");
        assertThat(nodes(record, "node_started")).containsExactly("s", "outer", "sub", "sub/s", "sub/x");
        JsonObject child =
                scope(record).object("sub").orElseThrow().object("scope").orElseThrow();
        assertThat(child.object("x").orElseThrow().string("text")).contains("7 D G ");
        assertThat(scope(record).has("x")).isFalse();
    }

    @Test
    void refusesInputsThatDoNotFitTheCalledWorkflow() {
        engine.workflows.put(
                "{'id':'child','name':'C','inputs':[{'name':'n','type':'number'}],'nodes':[{'id':'s','type':'start'}],'edges':[]}");
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'sub','type':'call','config':{'workflowId':'child','inputs':{'n':'x'}}}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'sub'}]}""");
        assertThat(engine.run("w").string("errorMessage"))
                .contains("node \"sub\" failed: subworkflow \"child\": input \"n\" must be a number, not a string");
    }

    @Test
    void aWorkflowThatCallsItselfIsRefusedAtRunTime() {
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'sub','type':'call','config':{'workflowId':'w'}}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'sub'}]}""");
        assertThat(engine.run("w").string("errorMessage"))
                .contains("node \"sub\" failed: subworkflow cycle detected involving w");
    }

    @Test
    void callsNestSixteenDeepAndNoDeeper() {
        for (int i = 0; i < 20; i++) {
            engine.workflows.put("{'id':'w" + i
                    + "','name':'W','nodes':[{'id':'s','type':'start'},{'id':'sub','type':'call','config':{'workflowId':'w"
                    + (i + 1) + "'}}],'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'sub'}]}");
        }
        engine.workflows.put("{'id':'w20','name':'W','nodes':[{'id':'s','type':'start'}],'edges':[]}");
        assertThat(engine.run("w4").string("status")).contains("succeeded");
        JsonObject tooDeep = engine.run("w3");
        assertThat(tooDeep.string("status")).contains("failed");
        assertThat(tooDeep.string("errorMessage").orElseThrow()).endsWith("subworkflows nest more than 16 deep");
    }

    @Test
    void aMissingWorkflowIsAnErrorOfTheCallingNode() {
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'sub','type':'call','config':{'workflowId':'gone'}}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'sub'}]}""");
        assertThat(engine.run("w").string("errorMessage"))
                .contains("node \"sub\" failed: subworkflow load failed: workflow not found: gone");
    }

    @Test
    void cyclesOfOrdinaryEdgesAreBoundedByTheBudget() {
        engine.settings.maxRunNodeExecutions = 30;
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'a','type':'echo'}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'a'},{'id':'2','source':'a','sourceHandle':'next','target':'a'}]}""");
        JsonObject record = engine.run("w");
        assertThat(record.string("status")).contains("failed");
        assertThat(nodes(record, "node_started")).hasSize(30);
    }
}
