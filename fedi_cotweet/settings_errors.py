"""Why a configuration cannot be used."""

from __future__ import annotations


class SettingsError(Exception):
    """The configuration cannot be used. ``message`` says what is wrong, ``fix`` what to do."""

    code = "bad_settings"

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.message = message
        self.fix = fix


class UnknownSettingError(SettingsError):
    """A name that is no setting, most often a slip of the keyboard."""

    code = "unknown_setting"


class SettingValueError(SettingsError):
    """A value of the wrong type or out of its range."""

    code = "bad_setting_value"


class MissingSettingError(SettingsError):
    """A setting without which the server cannot start."""

    code = "missing_setting"
