"""Texts of Django and allauth that people may read here: in English, as the libraries have them.

Occitan they lack; their Catalan has holes and calls people «vós». So our catalogs say each of them in our own words.
A pair is a singular and its plural.
"""

from __future__ import annotations

TEXTS: tuple[str | tuple[str, str], ...] = (
    # django.forms, django.core.validators
    "This field is required.",
    "Enter a whole number.",
    "Enter a number.",
    "Enter a valid date.",
    "Enter a valid time.",
    "Enter a valid date/time.",
    "Enter a valid value.",
    "Enter a valid email address.",
    "Enter a valid URL.",
    "Enter a valid UUID.",
    "Enter a valid JSON.",
    "Select a valid choice. %(value)s is not one of the available choices.",
    "Select a valid choice. That choice is not one of the available choices.",
    "Ensure this value is less than or equal to %(limit_value)s.",
    "Ensure this value is greater than or equal to %(limit_value)s.",
    (
        "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).",
    ),
    (
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
    ),
    "No file was submitted.",
    "The submitted file is empty.",
    "Null characters are not allowed.",
    # django.contrib.auth
    (
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    "This password is too common.",
    # allauth.account
    "You must type the same password each time.",
    "This account is currently inactive.",
    "The email address and/or password you specified are not correct.",
    "Please type your current password.",
    "Incorrect password.",
    "Invalid login.",
    "Invalid or expired key.",
    "The password reset token was invalid.",
    "The new value must be different from the current one.",
    "Too many failed login attempts. Try again later.",
    "Be patient, you are sending too many requests.",
    # allauth.mfa
    "Incorrect code.",
    "You cannot generate recovery codes without having two-factor authentication enabled.",
    "You cannot deactivate two-factor authentication.",
    "Master key",
    "Backup key",
    "Key nr. {number}",
)
