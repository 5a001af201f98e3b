"""Forms in the dress of USWDS, on Django's own form API; forms that are not ours take it by the filter ``|dressed``."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.Textarea, "usa-textarea"),
    (forms.CheckboxSelectMultiple, "usa-checkbox__input"),
    (forms.CheckboxInput, "usa-checkbox__input"),
    (forms.RadioSelect, "usa-radio__input"),
    (forms.Select, "usa-select"),
)
_WITH_ERROR = ("usa-input", "usa-textarea", "usa-select")


class Renderer(TemplatesSetting):
    """Django's renderer with the desk's templates."""

    form_template_name = "uswds/form.html"
    field_template_name = "uswds/field.html"


class DressedField(forms.BoundField):
    """A field with the classes of USWDS."""

    @property
    def kind(self) -> str:
        """``checkbox``, ``group`` (a fieldset of its own) or ``input``."""
        widget = self.field.widget
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return "group"
        return "checkbox" if isinstance(widget, forms.CheckboxInput) else "input"

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Add the class, and the texts that describe the field."""
        widget = widget or self.field.widget
        found = super().build_widget_attrs(attrs, widget)
        base = next((name for sort, name in _CLASSES if isinstance(widget, sort)), "usa-input")
        names = [base, widget.attrs.get("class", "")]
        if self.errors and base in _WITH_ERROR:
            names.append("usa-input--error")
        found["class"] = " ".join(name for name in names if name)
        return found


class DressedForm(forms.Form):
    """The base of the desk's own forms."""

    bound_field_class = DressedField


class DateInput(forms.DateInput):
    """The browser's own date field; a plain text field where it has none."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")
