"""The playground for counsel: one local page on which facts are turned and the law's answer is watched.

catalogue -> sheet -> board -> views

``catalogue`` finds requests to start from, ``sheet`` turns facts into a form and back,
``board`` says what the page shows. All three are pure and know no Django.
"""
