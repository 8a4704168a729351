# Calls the function run of a workflow's script. Arguments: the script's file, the file for the result.
# Standard input holds the arguments of run as a JSON array. The result leaves through a file, so that nothing the script prints
# can be taken for it.
import json
import linecache
import sys
import traceback
import types


def call(source, arguments):
    """Runs the script and its function; ends the process when either fails."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    sys.argv = ["script.py"]
    # Tracebacks show the script's own lines, and nothing of this file.
    linecache.cache["script.py"] = (len(source), None, source.splitlines(True), "script.py")
    run = None
    try:
        exec(compile(source, "script.py", "exec", dont_inherit=True), module.__dict__)
        run = getattr(module, "run", None)
        if callable(run):
            return run(*arguments)
    except Exception as error:
        traceback.print_exception(type(error), error, error.__traceback__.tb_next)
        sys.exit(1)
    sys.exit("the script must define a top-level run function")


def main():
    script_path, result_path = sys.argv[1], sys.argv[2]
    arguments = json.load(sys.stdin)
    with open(script_path, encoding="utf-8") as script:
        source = script.read()
    result = call(source, arguments)
    try:
        text = json.dumps({} if result is None else result, allow_nan=False)
    except (TypeError, ValueError) as error:
        sys.exit("the value returned by run is not JSON: %s" % error)
    with open(result_path, "w", encoding="utf-8") as out:
        out.write(text)


main()
