"""What those who look after the server wrote down about people, for each other alone."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.staff_log import OPERATOR, name_of
from fedi_cotweet.services.staff_log import note as write_down
from fedi_cotweet.services.views import StaffNoteView
from storage.engine import Tx
from storage.models import Actor, StaffNote
from storage.queries import actors, staff

LONGEST: Final = 2_000
MOST: Final = 100


def add(tx: Tx, env: Env, actor: Actor, text: str, *, by: str = OPERATOR) -> StaffNoteView:
    """Write something down about somebody, from here or elsewhere. Raises ``bad_note`` (422)."""
    words = text.strip()
    if not 0 < len(words) <= LONGEST:
        raise ServiceError("bad_note", 422, say("A note has 1 to {most} characters.", most=LONGEST))
    key = env.new_id()
    staff.add_note(tx, id=key, actor_id=actor.id, by=by, text=words, created_at=env.now())
    write_down(tx, env, by, "note", name_of(actor))
    return _view(_held(tx, key))


def about(tx: Tx, actor_ids: Collection[int]) -> dict[int, list[StaffNoteView]]:
    """What was written down about some people, the last first; nothing of most."""
    found: dict[int, list[StaffNoteView]] = {}
    for one in staff.notes_about(tx, actor_ids, MOST):
        found.setdefault(one.actor_id, []).append(_view(one))
    return found


def remove(tx: Tx, env: Env, note_id: int, *, by: str = OPERATOR, any_of_them: bool = True) -> None:
    """Forget a note. Who may not remove ``any_of_them`` removes their own: ``not_yours`` (403)."""
    held = _held(tx, note_id)
    if not any_of_them and held.by != by:
        raise ServiceError(
            "not_yours", 403, "Somebody else wrote this note: they, or an administrator, remove it."
        )
    staff.remove_note(tx, note_id)
    person = actors.actor(tx, held.actor_id)
    write_down(tx, env, by, "remove-note", "" if person is None else name_of(person))


def _held(tx: Tx, note_id: int) -> StaffNote:
    held = staff.staff_note(tx, note_id)
    if held is None:
        raise not_found("note")
    return held


def _view(held: StaffNote) -> StaffNoteView:
    return StaffNoteView(str(held.id), held.by, held.text, held.created_at)
