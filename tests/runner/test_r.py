"""Notebooks in R: their form, and values that mean in R what they mean here."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from bluecloud_runner import ParameterForm, check, parameter_form, with_parameters

CELL = """\
# What is asked
stock <- "plaice # of the North Sea"  # its name
age = 3.5  # at first capture, years
years <- 10L
sexes <- TRUE
ages <- c(1, 2.5)  # of the curves
"""

IN_R = pytest.mark.skipif(not shutil.which("Rscript"), reason="install r-base-core to run this")


def notebook(source: str = CELL, **overlay: dict[str, object]) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Title"),
            nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]}),
        ],
        metadata={
            "kernelspec": {"name": "ir", "display_name": "R", "language": "R"},
            "parameters_schema": {"properties": overlay},
        },
    )


def form_of(source: str, **overlay: dict[str, object]) -> ParameterForm:
    return parameter_form(notebook(source, **overlay))


def test_the_form_is_read_from_the_defaults() -> None:
    form = parameter_form(notebook())
    assert form.problems == ()
    assert form.schema["properties"] == {
        "stock": {
            "type": "string",
            "default": "plaice # of the North Sea",
            "description": "its name",
        },
        "age": {"type": "number", "default": 3.5, "description": "at first capture, years"},
        "years": {"type": "integer", "default": 10},
        "sexes": {"type": "boolean", "default": True},
        "ages": {
            "type": "array",
            "items": {"type": "number"},
            "default": [1.0, 2.5],
            "description": "of the curves",
        },
    }
    assert [error.field for error in check(form.schema, {"age": "old", "name": 1})] == [
        "age",
        "name",
    ]


def test_the_metadata_say_what_a_default_cannot() -> None:
    bounded = form_of("age <- 3.5", age={"minimum": 0, "type": "number", "title": "Age"})
    assert bounded.schema["properties"]["age"]["minimum"] == 0
    computed = form_of("age <- exp(1)", age={"type": "number", "default": 2.7})
    assert computed.problems == ()
    assert computed.schema["properties"] == {"age": {"type": "number", "default": 2.7}}


@pytest.mark.parametrize(
    ("source", "kind", "line"),
    [
        ("age <- 1\nage2 <- age + 1", "not-literal", 2),
        ("library(FLCore)", "statement", 1),
        ("age == 3", "statement", 1),
        ("age <- Inf", "not-literal", 1),
        ("age <- 'a' 'b'", "not-literal", 1),
        ("age <- c(1, b)", "not-literal", 1),
    ],
)
def test_the_author_is_told(source: str, kind: str, line: int) -> None:
    [problem] = form_of(source).problems
    assert (problem.kind, problem.line) == (kind, line)


def test_metadata_about_no_parameter_and_defaults_out_of_bounds_are_problems() -> None:
    [unknown] = form_of("age <- 1", aeg={"minimum": 0}).problems
    [outside] = form_of("age <- 1", age={"minimum": 2}).problems
    assert (unknown.kind, outside.kind) == ("overlay", "default")


VALUES: dict[str, Any] = {
    "text": "a \"quoted\" \\ line\nand é, 'too' # no comment",
    "n": 3,
    "x": 1e-300,
    "b": True,
    "f": False,
    "none": None,
    "l": [1, 2.5],
    "d": {"a b": [True]},
}


def test_place_tag_and_text_are_papermills(tmp_path: Path) -> None:
    nbformat.write(notebook(), tmp_path / "a.ipynb")
    kept = load_notebook_node(str(tmp_path / "a.ipynb"))
    theirs = parameterize_notebook(kept, {"n": 3, "b": True, "l": [1, 2]})
    ours = with_parameters(notebook(), VALUES)
    nbformat.validate(nbformat.from_dict(ours))
    assert ours["cells"][2]["metadata"]["tags"] == theirs.cells[2].metadata.tags
    again = with_parameters(notebook(), {"n": 3, "b": True, "l": [1, 2]})
    assert again["cells"][2]["source"].strip() == theirs.cells[2]["source"].strip()


@IN_R
def test_what_is_injected_means_the_same_to_r() -> None:
    cell = with_parameters(notebook(), VALUES)["cells"][2]
    judged = cell["source"] + (
        "stopifnot(identical(utf8ToInt(text), c("
        + ", ".join(f"{ord(character)}L" for character in VALUES["text"])
        + ")), n == 3, x == 1e-300, isTRUE(b), isFALSE(f), is.null(none),\n"
        "identical(l, list(1, 2.5)), identical(d, list(`a b` = list(TRUE))))\ncat('same')\n"
    )
    told = subprocess.run(
        ["Rscript", "--vanilla", "-"], input=judged, capture_output=True, text=True, check=False
    )
    assert (told.stdout, told.stderr) == ("same", "")


@IN_R
@pytest.mark.parametrize(
    "literal",
    ["-1.5e3", ".5", "7L", "'it\\'s'", '"a \\"b\\" \\\\ \\u00e9\\t"', "'say \"x\"'", "c(1, -2)"],
)
def test_a_literal_is_read_as_r_reads_it(literal: str) -> None:
    [default] = [p["default"] for p in form_of(f"x <- {literal}").schema["properties"].values()]
    written = with_parameters(notebook(), {"x": default})["cells"][2]["source"]
    program = f"{written}stopifnot(all.equal(unlist(x), {literal}))\ncat('same')\n"
    told = subprocess.run(
        ["Rscript", "--vanilla", "-"], input=program, capture_output=True, text=True, check=False
    )
    assert (told.stdout, told.stderr) == ("same", "")


def test_a_value_with_code_in_it_stays_a_value() -> None:
    cell = with_parameters(notebook(), {"stock": '"); system("true"); ("'})["cells"][2]
    assert cell["source"] == '# Parameters\nstock = "\\"); system(\\"true\\"); (\\""\n'
