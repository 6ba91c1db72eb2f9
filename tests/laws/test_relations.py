"""A foreign key between rooms points downwards and leaves no way back: the import linter cannot see strings."""

from django.apps import apps

from tests.laws import house


def test_relations_between_rooms_point_downwards_and_hide():
    floor = house.floors()
    wrong = []
    for label, mine, field, theirs in _between_rooms():
        if floor[theirs] >= floor[mine]:
            wrong.append(f"{label}: {mine} is no floor above {theirs}")
        if not field.remote_field.hidden:
            wrong.append(f'{label}: needs related_name="+"')
    assert not wrong, "\n".join(wrong)


def test_the_walk_sees_relations():
    assert sum(1 for _ in _between_rooms()) > 20


def _between_rooms():
    """Relations from a model of a room to one of another, those of tables between models included."""
    for model in apps.get_models(include_auto_created=True):
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
            mine, theirs = _room(model), _room(field.related_model)
            if mine and theirs and mine != theirs:
                yield f"{model._meta.label}.{field.name}", mine, field, theirs


def _room(model) -> str | None:
    package, _, rest = model.__module__.partition(".") if model else ("", "", "")
    return rest.split(".")[0] if package == "tracte" else None
