"""What is asked in calls and visits: read from YAML, walked through, kept with a campaign. Pure: no database."""

from chunfeng.people.scripts.definition import (
    CHOOSING,
    END,
    Answer,
    BadScript,
    Effect,
    Kind,
    Question,
    Script,
    Stated,
    dump,
)
from chunfeng.people.scripts.reading import read, read_yaml
from chunfeng.people.scripts.walking import BadAnswers, StatedFact, Step, Walk, complete, printable, walk

__all__ = [
    "CHOOSING",
    "END",
    "Answer",
    "BadAnswers",
    "BadScript",
    "Effect",
    "Kind",
    "Question",
    "Script",
    "Stated",
    "StatedFact",
    "Step",
    "Walk",
    "complete",
    "dump",
    "printable",
    "read",
    "read_yaml",
    "walk",
]
