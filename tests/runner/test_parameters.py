"""What a notebook's parameters cell is read as, and what its author is told."""

import socket
from pathlib import Path

import nbformat
import pytest

from bluecloud_runner import ParameterForm, check, parameter_form


def form_of(source: str, **overlay: dict[str, object]) -> ParameterForm:
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})
    metadata = {"parameters_schema": {"properties": overlay}} if overlay else {}
    return parameter_form(nbformat.v4.new_notebook(cells=[cell], metadata=metadata))


def field_of(source: str) -> dict[str, object]:
    form = form_of(source)
    assert form.problems == ()
    [field] = form.schema["properties"].values()
    return field


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("n: int = 3", {"type": "integer"}),
        ("x: float = 3", {"type": "number"}),
        ("b: bool = True", {"type": "boolean"}),
        ("s: str = 'a'", {"type": "string"}),
        ("n = 3", {"type": "integer"}),
        ("b = False", {"type": "boolean"}),
        ("n = 3  # type: float", {"type": "number"}),
        ("l: list[float] = [1.0]", {"type": "array", "items": {"type": "number"}}),
        ("l: List[str] = []", {"type": "array", "items": {"type": "string"}}),
        ("l = [1, 2.5]", {"type": "array", "items": {"type": "number"}}),
        ("l = []", {"type": "array", "items": {"type": "string"}}),
        ("c: Literal['a', 'b'] = 'a'", {"type": "string", "enum": ["a", "b"]}),
        ("c: Literal[90, 95] = 90", {"type": "integer", "enum": [90, 95]}),
        ("o: Optional[str] = None", {"type": ["string", "null"]}),
        ("o: Union[int, None] = None", {"type": ["integer", "null"]}),
        ("o: Optional[Literal['a']] = None", {"type": ["string", "null"], "enum": ["a", None]}),
        ("d: date = '2020-02-29'", {"type": "string", "format": "date"}),
        ("d: datetime.date = '2020-02-29'", {"type": "string", "format": "date"}),
        ("t: 'float' = 1.0", {"type": "number"}),
        (
            "a: Annotated[float, Field(ge=-1, lt=1)] = 0.5",
            {"type": "number", "minimum": -1, "exclusiveMaximum": 1},
        ),
    ],
)
def test_a_type_becomes_draft_07(source: str, expected: dict[str, object]) -> None:
    field = field_of(source)
    del field["default"]
    assert field == expected


def test_a_tuple_is_a_list_of_fixed_length() -> None:
    field = field_of("years: tuple[int, int] = (1991, 2020)")
    assert field == {
        "type": "array",
        "items": [{"type": "integer"}, {"type": "integer"}],
        "minItems": 2,
        "maxItems": 2,
        "additionalItems": False,
        "x-python": "tuple",
        "default": [1991, 2020],
    }


def test_fields_keep_the_order_of_the_cell_and_their_help() -> None:
    form = form_of("b: int = 1  # first year\na: float = 2.0  # depth, metres\n")
    assert list(form.schema["properties"]) == ["b", "a"]
    assert form.schema["properties"]["a"]["description"] == "depth, metres"


def test_names_that_are_no_parameters_are_refused_by_the_schema() -> None:
    assert form_of("a: int = 1").schema["additionalProperties"] is False


def test_a_parameter_without_a_default_is_required() -> None:
    assert form_of("a: int\nb: int = 1").schema["required"] == ["a"]


# What papermill's inspection, a regular expression a line, loses or gets wrong.


def test_a_value_with_an_equals_sign_is_kept() -> None:
    assert field_of("query = 'a=b'")["default"] == "a=b"


def test_a_value_with_a_hash_is_kept_whole() -> None:
    assert field_of("colour = 'a#b'  # line colour")["default"] == "a#b"


def test_two_parameters_on_one_line_are_both_read() -> None:
    form = form_of("debug = False; verbose = True")
    assert list(form.schema["properties"]) == ["debug", "verbose"]


def test_help_of_a_default_over_several_lines_is_on_its_last() -> None:
    field = field_of("box: list[float] = [\n    -10.0,\n    10.0,\n]  # west, east")
    assert (field["default"], field["description"]) == ([-10.0, 10.0], "west, east")


def test_a_type_with_a_bar_is_read() -> None:
    assert field_of("depth: float | None = None")["type"] == ["number", "null"]


def test_a_type_comment_with_spaces_is_read_to_its_end() -> None:
    field = field_of("levels = [1]  # type: list[ int ] the levels")
    assert field["items"] == {"type": "integer"}
    assert field["description"] == "the levels"


def test_an_indented_assignment_is_no_parameter() -> None:
    form = form_of("if True:\n    a = 1\n")
    assert form.schema["properties"] == {}
    assert [problem.kind for problem in form.problems] == ["statement"]


@pytest.mark.parametrize(
    ("source", "kind", "line"),
    [
        ("region = 'arctic'\npath = f'/{region}.nc'", "computed", 2),
        ("a = b = 3", "statement", 1),
        ("start = today()", "not-literal", 1),
        ("x = float('inf')", "not-literal", 1),
        ("x = 1e999", "not-literal", 1),
        ("x = b'raw'", "not-literal", 1),
        ("x = {[]: 1}", "not-literal", 1),
        ("x = None", "no-type", 1),
        ("x: DataArray = 'a'\ny: DataArray = None", "no-type", 2),
        ("x = (", "syntax", 1),
        ("x: int = 1.5", "default", None),
        ("d: date = '2020-02-30'", "default", None),
    ],
)
def test_the_author_is_told(source: str, kind: str, line: int | None) -> None:
    [problem] = form_of(source).problems
    assert (problem.kind, problem.line) == (kind, line)


def test_a_computed_default_is_left_out_of_the_form() -> None:
    form = form_of("region = 'arctic'\npath = f'/{region}.nc'")
    assert list(form.schema["properties"]) == ["region"]


def test_nothing_in_the_cell_is_executed(tmp_path: Path) -> None:
    form = form_of(f"open({str(tmp_path)!r} + '/written', 'w')\na: int = 1")
    assert list(form.schema["properties"]) == ["a"]
    assert not list(tmp_path.iterdir())


def test_a_notebook_without_the_cell_asks_nothing_and_says_so() -> None:
    form = parameter_form(nbformat.v4.new_notebook())
    assert [problem.kind for problem in form.problems] == ["no-cell"]
    assert form.schema["properties"] == {}


def test_the_metadata_adds_what_python_cannot_say() -> None:
    form = form_of("month: int = 1", month={"minimum": 1, "maximum": 12, "title": "Month"})
    assert form.schema["properties"]["month"]["maximum"] == 12
    assert [error.allowed for error in check(form.schema, {"month": 13})] == ["at most 12"]


def test_metadata_about_no_parameter_is_a_problem() -> None:
    [problem] = form_of("month: int = 1", moth={"minimum": 1}).problems
    assert problem.kind == "overlay"
    assert "'moth'" in problem.message


@pytest.mark.parametrize(
    "more",
    [
        5,
        {"type": "whole"},
        {"minimum": "a"},
        {"multipleOf": 0},
        {"pattern": "("},
        {"pattern": "(?=a)a"},
        {"items": {"patternProperties": {"(a+)+$": {}}}},
        {"anyOf": [{"$ref": "#"}]},
    ],
)
def test_metadata_that_no_value_can_be_held_to_are_a_problem(more: object) -> None:
    [problem] = form_of("month: int = 1", month=more).problems
    assert problem.kind == "overlay"
    assert problem.message.startswith("parameters_schema of 'month': ")


def test_words_of_a_schema_may_be_names_and_values() -> None:
    more = {"properties": {"pattern": {"type": "string"}}, "examples": [{"$ref": "a"}]}
    assert form_of("box: dict = {}", box=more).problems == ()


@pytest.mark.parametrize("said", [None, [], {"properties": []}])
def test_metadata_that_are_no_object_are_a_problem(said: object) -> None:
    cell = nbformat.v4.new_code_cell("a: int = 1", metadata={"tags": ["parameters"]})
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"parameters_schema": said})
    [problem] = parameter_form(notebook).problems
    assert problem.kind == "overlay"


def test_nothing_that_a_schema_names_is_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/schema.json"
        [problem] = form_of("a: int = 1", a={"$ref": address}).problems
        assert "'$ref' is not read" in problem.message
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_an_annotation_that_no_value_can_be_held_to_is_a_problem() -> None:
    form = form_of("a: Annotated[int, Field(multiple_of=0)] = 1")
    assert [problem.kind for problem in form.problems] == ["no-type", "default"]
