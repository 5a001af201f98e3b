"""The counter for programs: the same acts as the form's, as JSON; OpenAPI 3.1, and problems as in RFC 9457."""
