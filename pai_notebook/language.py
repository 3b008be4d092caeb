"""Settings of the whole package."""

from __future__ import annotations

import os

from pai_notebook.arguments import as_text
from pai_notebook.errors import ConfigurationError
from pai_notebook.guides import Guided, guide, missing_attribute
from pai_notebook.i18n.phrases import Preference, joined, read_language, say, spoken


def language(lang: str | None) -> str:
    """Read the name of a language; None is the one that is being spoken.

    Raises
    ------
    ConfigurationError
        When it is neither English nor Chinese.

    Examples
    --------
    >>> language("zh_CN"), language(None)
    ('zh', 'en')
    """
    known = spoken() if lang is None else read_language(str(lang))
    if not known:
        raise ConfigurationError(say("lang={lang!r} is not known", lang=lang), hint=say("Use lang='en' or lang='zh'."))
    return known


# Sites of the vendor's web console.
SITES = ("china", "international")


class _Site:
    """The site whose console links lead to."""

    chosen = next((site for site in SITES if site == os.environ.get("PAI_NOTEBOOK_CONSOLE", "").strip().lower()), SITES[0])


class Options(Guided):
    """Settings of the whole package, as `pai_notebook.options`.

    Examples
    --------
    >>> import pai_notebook as pnb
    >>> pnb.options.lang = "zh-CN"
    >>> pnb.options
    Options(lang='zh', console='china')
    >>> pnb.options.lang = "en"
    """

    __slots__ = ()
    _instead = guide({"lang": "language locale", "console": "site"})

    def __setattr__(self, name: str, value: object) -> None:
        """Set a setting; a slip would otherwise be kept and do nothing."""
        if not isinstance(getattr(type(self), name, None), property):
            raise missing_attribute(type(self), name, self._instead.get(name) or joined(["lang", "console"], " and "))
        super().__setattr__(name, value)

    def _stands_for(self, name: str) -> str:  # noqa: ARG002 - there are no more than these
        return joined(["lang", "console"], " and ")

    @property
    def lang(self) -> str:
        """The language of everything that is shown, `en` or `zh`; at first that of the variable PAI_NOTEBOOK_LANG, else `en`.

        `zh-CN`, `zh_CN` and `zh-Hans` are `zh`, in any case.
        """
        return Preference.lang

    @lang.setter
    def lang(self, lang: str) -> None:
        Preference.lang = language(as_text(lang))

    @property
    def console(self) -> str:
        """The site that links to the console lead to: `china` (aliyun.com) or `international` (alibabacloud.com).

        At first that of the variable PAI_NOTEBOOK_CONSOLE, else `china`.
        """
        return _Site.chosen

    @console.setter
    def console(self, site: str) -> None:
        if site not in SITES:
            raise ConfigurationError(say("console={site!r} is not known", site=str(site)), hint=say("Use 'china' or 'international'."))
        _Site.chosen = site

    def __repr__(self) -> str:
        return f"Options(lang={self.lang!r}, console={self.console!r})"


options = Options()
