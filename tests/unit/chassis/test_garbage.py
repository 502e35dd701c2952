"""What stands once a process has started is looked at no more; later circles are still freed."""

import subprocess
import sys

PROGRAM = """
import gc, weakref
from chassis import garbage

class Link:
    pass

def circle():
    one, other = Link(), Link()
    one.other, other.other = other, one
    return weakref.ref(one)

garbage.keep_what_stands()
standing = gc.get_freeze_count()
freed = [circle() for _ in range(garbage.YOUNG)]
print(standing > 1000, any(ref() is None for ref in freed))
"""


def test_what_stands_is_left_alone_and_later_circles_are_freed() -> None:
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout.split()

    stands_apart, is_freed_later = told

    assert (stands_apart, is_freed_later) == ("True", "True")
