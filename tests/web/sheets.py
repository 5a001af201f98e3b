"""What a browser would post of a page of the playground."""

from ostiary_web.playground.turn import Page


def posted_of(page: Page, **changes) -> dict[str, list[str]]:
    """The form of a page, untouched but for ``changes`` (``f__purpose=[...]`` is the field ``f.purpose``)."""
    form = {
        "origin": [page.origin.key],
        "origin_text": [page.origin.text],
        "origin_group": [page.origin.group],
        "typed": [page.typed],
        "copy": [page.copy],
        "do": ["show"],
    }
    for part in (*page.matter, *page.rest):
        for field in part.fields:
            chosen = [option.value for option in field.options if option.chosen]
            form[f"f.{field.fact}"] = chosen if field.options else [field.text.replace("\n", "\r\n")]
            form[f"e.{field.fact}"] = [option.value for option in field.blank if option.chosen][:1]
    renamed = {name.replace("__", "."): values for name, values in changes.items()}
    return form | renamed


def fields_of(page: Page):
    """Every field of a page, by its fact."""
    return {field.fact: field for part in (*page.matter, *page.rest) for field in part.fields}
