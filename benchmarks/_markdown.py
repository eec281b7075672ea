"""Pieces of the generated pages."""

__all__ = ["head", "interval", "table"]


def head(title, records, words):
    """Title, what it is, and how, when and with what it was made."""
    commands = list(dict.fromkeys(h["command"] for h in records.headers))
    dates = sorted({h["date"] for h in records.headers})
    last = records.headers[-1]
    lines = [
        f"# {title}",
        "",
        words,
        "",
        "Generated; do not edit. Made by",
        "",
        "```sh",
    ]
    lines += [f"OMP_NUM_THREADS=1 {command}" for command in commands]
    lines += ["```", ""]
    named = ", ".join(f"{k} {v}" for k, v in last["versions"].items())
    lines += [
        f"{' to '.join(dates[:1] + dates[1:][-1:])}, {last['cpus']} cores; {named}."
    ]
    return lines


def table(columns, rows):
    """A Markdown table; the first column stands left, numbers right."""
    marks = ["---", *["--:"] * (len(columns) - 1)]
    lines = [columns, marks, *rows]
    return ["", *(f"| {' | '.join(str(c) for c in line)} |" for line in lines), ""]


def interval(mean, low, high, digits=4):
    """Mean and interval as text."""
    return f"{mean:+.{digits}f} [{low:+.{digits}f}, {high:+.{digits}f}]"
