"""Command line of the benchmarks."""

import argparse
import sys
from pathlib import Path

from benchmarks import (
    _landscapes,
    _peers,
    _published,
    cheap,
    drift,
    early_stopping,
    ensemble,
    history,
    objectives,
    pack,
    picture,
    portfolio,
    relations,
    windows,
)

COMMANDS = {
    "published": _published,
    "peers": _peers,
    "landscapes": _landscapes,
    "windows": windows,
    "ensemble": ensemble,
    "cheap": cheap,
    "drift": drift,
    "early_stopping": early_stopping,
    "objectives": objectives,
    "history": history,
    "pack": pack,
    "picture": picture,
    "portfolio": portfolio,
    "relations": relations,
}


def main(argv=None):
    """Run one command; its exit status."""
    argv = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    for name, module in COMMANDS.items():
        sub = commands.add_parser(
            name,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,  # the record knows folders by their option's name
        )
        sub.add_argument("--out", type=Path, default=Path("doc/benchmarks"),
                         help="folder of results")  # fmt: skip
        sub.add_argument("--jobs", type=int, default=2, help="processes")
        module.add_arguments(sub)
    args = parser.parse_args(argv)
    return COMMANDS[args.command].command(args, argv)


if __name__ == "__main__":
    sys.exit(main())
