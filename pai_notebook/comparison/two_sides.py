"""What is known of two values together: how sure their difference is, and whether it says anything."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pai_notebook.arguments import number_argument
from pai_notebook.comparison.interval import Interval, p_value
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.sources import Estimated, Exact, Share, Side
from pai_notebook.display import Brief
from pai_notebook.display.plain import PROSE
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.differences import Scale

# How many times as wide as with a known spread an interval of runs may be and still say something. Simulated with tests.bench.chance:
# at 95 % two and two runs are refused in 31 to 47 % of cases, three and three never, and what is kept holds in 93 to 97 %; with 3 as
# the limit what is kept holds in 90 to 96 %, with 2 in 89 %. Better and worse do not ask for it, so that false findings are the same.
MOST_WIDENED = 5
# When the smallest loss that is shown is found: steps, of which few are taken, and the change that is not written any more.
_STEPS, _NEAR = 100, 1e-9


class Sides(NamedTuple):
    """What is known of two values from the same source.

    Attributes
    ----------
    mine, base : Side
        The version's and that of the one it is compared with.
    span : float
        How far apart the true values can be.
    """

    mine: Side
    base: Side
    span: float = math.inf

    def at(self, level: float) -> Interval:
        """The interval of their difference at a level."""
        return self.mine.against(self.base, level).within(self.span)

    def says_nothing(self, level: float) -> bool:
        """Whether so few runs are behind the interval that it spans all that the metric can be, or far more than with a known spread."""
        if not isinstance(self.mine, Runs) or not isinstance(self.base, Runs):
            return False
        found = self.at(level)
        return found.high - found.low >= self.span or self.mine.widening(self.base, level) > MOST_WIDENED

    @property
    def caution(self) -> Phrase | None:
        """What has to be said with better and worse, as of few examples; the reason of the evidence has it too."""
        return self.mine.caution(self.base)

    @property
    def is_looked_up(self) -> bool:
        """Whether a number of examples is that of the dataset, as no metric says one."""
        return any(isinstance(side, Share) and side.looked_up for side in (self.mine, self.base))

    def is_apart(self, level: float, margin: float) -> bool | None:
        """Whether they differ by more than a margin; None where the interval says nothing of that."""
        if self.at(level).excludes(margin):
            return True
        return None if self.says_nothing(level) else False

    def least_shown(self, level: float, margin: float, *, up: bool, most: float = math.inf) -> float:
        """The smallest loss that is beyond a margin where it is measured as it is; infinite where even the largest one is not.

        A version that has truly lost as much is measured lower or higher about equally often, so that its loss is shown half of the time.

        Parameters
        ----------
        level, margin : float
            Confidence of the interval, and up to which difference the values count as the same.
        up : bool
            Whether higher is worse.
        most : float
            All that there is to lose.
        """
        loss = 0.0
        # the width depends on the value: that of a share grows towards one half; each step is less than the one before
        for _ in range(_STEPS):
            found = Sides(self.mine.moved(self.base.value + (loss if up else -loss)), self.base).at(level)
            needed = margin + (loss - found.low if up else found.high + loss)
            if abs(min(needed, most) - loss) <= _NEAR * needed:
                break
            loss = min(needed, most)
        return needed if needed < most else math.inf

    def p_value(self, margin: float) -> float:
        """One minus the largest level at which every difference of at most `margin` is excluded."""
        return p_value(lambda level: self.mine.against(self.base, level), margin)


@dataclass(frozen=True, repr=False)
class Evidence(Estimated, Brief):
    """How sure a difference is, or why that is not known.

    Attributes
    ----------
    reason : str
        What was used and what it covers, or what would be needed.
    sides : Sides or None
        What is known of the version and of the one it is compared with; None where no interval is known.
    level : float
        Confidence of `interval`, 0 to 1.
    scale : Scale or None
        How differences of the metric are written, for the words of the interval; None where the metric is not known.
    margin : float
        Up to which difference the values count as the same: the tolerance, in the metric's own unit.
    notes : tuple of str
        What is stated of the two values and does not count although an interval is known, with the versions that state it.
    """

    reason: Phrase
    sides: Sides | None = None
    level: float = 0.95
    scale: Scale | None = field(default=None, compare=False)
    is_given: bool = field(default=True, compare=False)
    """False where nothing stands beside the metric that could give an interval."""
    doubt: Phrase | None = field(default=None, compare=False)
    """What is given and not believed although an interval is known, and what follows."""
    margin: float = field(default=0.0, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)

    def _brief(self) -> str:
        if self.interval is None:
            return self.reason if not self.is_given else say("{what}: {said}", what=self.words, said=self.reason)
        if self.is_exact:
            return joined([self.reason, *self.notes], "; ")
        known = say("{text}, {word}", text=self.words, word=self.interval.words)
        return say("{what}: {said}", what=known, said=joined([self.reason, *self.notes], "; "))

    def _lines(self) -> list[str]:
        return [self._in_brackets(PROSE)]  # the reason is read where it is printed

    def _known_at(self, level: float) -> Interval | None:
        level = number_argument("level", level, above=0, below=1)
        return None if self.sides is None else replace(self.sides.at(level), scale=self.scale)

    @property
    def words(self) -> Phrase:
        """What can be said, as of every estimate; of what is read off that it is exact."""
        return say("exact") if self.is_exact else super().words

    def telling(self, level: float) -> Interval | None:
        """Return the interval at a level unless so few runs are behind it that it says nothing.

        Parameters
        ----------
        level : float
            Confidence, 0 to 1.

        Returns
        -------
        Interval or None
            None also where it spans all that the metric can be, or is more than five times as wide as with a known spread.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.interval("accuracy@d-wineholdout0001", "1.8.0").telling(0.95).level
        0.95
        """
        found = self.at(level)
        return None if self.sides is None or self.sides.says_nothing(level) else found

    @property
    def is_exact(self) -> bool:
        """Whether the values are read off, so that chance has no part in them."""
        return self.sides is not None and isinstance(self.sides.mine, Exact)

    def p_value(self, margin: float = 0.0) -> float | None:
        """Return one minus the largest level at which every difference of at most `margin` is excluded.

        Parameters
        ----------
        margin : float
            In the metric's own unit.

        Returns
        -------
        float or None
            None where no interval is known; no less than 2e-9 (exp(-20)), beyond which levels of intervals are not told apart.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> round(c.interval("accuracy@d-wineholdout0001", "1.8.0").p_value(), 2)
        0.41
        """
        margin = number_argument("margin", margin, least=0)
        return None if self.sides is None else self.sides.p_value(margin)
