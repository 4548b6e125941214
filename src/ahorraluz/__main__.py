"""``python -m ahorraluz``: the same as the command ``ahorraluz``."""

from ahorraluz.cli.main import main

if __name__ == "__main__":
    main()
