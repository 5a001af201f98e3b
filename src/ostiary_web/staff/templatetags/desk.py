"""The dress of USWDS for fields of forms that are not ours, such as those of log-in."""

from __future__ import annotations

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

from ostiary_web.forms import DressedField

register = template.Library()


@register.filter
def plain(code: str) -> str:
    """A code as words: ``appeal_officer`` is *appeal officer*."""
    return str(code).replace("_", " ")


@register.filter
def dressed(field: BoundField) -> SafeString:
    """A field with its label, help and errors."""
    return DressedField(field.form, field.field, field.name).as_field_group()
