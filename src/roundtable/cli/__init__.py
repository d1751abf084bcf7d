"""The command line: arguments to a job, a result to a table or JSON; no logic.

1. `main` holds a static table of commands; a command's module is imported when it is called.
2. Each command loads the workspace, calls one job, and shows its value.
3. Only `main` catches errors: three lines on stderr, and the exit code of the error's class.
"""
