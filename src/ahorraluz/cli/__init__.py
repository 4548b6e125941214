"""The command line: it reads what was typed, calls one service and prints the answer."""
