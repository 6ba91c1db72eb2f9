"""A room imports only from floors below, and every room says what it is."""

import grimp
from importlinter.cli import lint_imports

from tests.laws import house


def test_imports_go_downwards(capfd):
    assert lint_imports(config_filename=str(house.LINTER), no_cache=True) == 0, capfd.readouterr().out


def test_screens_are_private_to_their_room():
    """The door of a room is its models and actions; its views and forms are for its own addresses."""
    graph = grimp.build_graph("tracte", cache_dir=None)
    screens = [module for module in graph.modules if module.endswith(("views", "forms"))]
    assert screens
    intruders = [
        f"{who} imports {screen}"
        for screen in screens
        for who in graph.find_modules_that_directly_import(screen)
        if who.split(".")[1] != screen.split(".")[1]
    ]
    assert not intruders


def test_every_room_is_on_a_floor():
    assert set(house.rooms()) == set(house.floors())


def test_every_room_has_a_readme_that_says_something():
    readmes = {room: house.HOUSE / room / "README.md" for room in house.rooms()}
    silent = [room for room, path in readmes.items() if not path.exists() or len(path.read_text().split()) < 40]
    assert not silent, f"no README.md, or one that says nothing: {silent}"


def test_every_room_is_a_package():
    assert not [room for room in house.rooms() if not (house.HOUSE / room / "__init__.py").exists()]
