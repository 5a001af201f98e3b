"""Addresses of the desk. A docket stands in an address by its number; no fact ever does."""

from django.urls import path

from ostiary_web.casework import (
    views,
    views_acts,
    views_board,
    views_drafts,
    views_facts,
    views_intake,
    views_keys,
    views_letters,
    views_notes,
    views_papers,
    views_queue,
    views_seconds,
)
from ostiary_web.casework.urls_leaving import urlpatterns as leaving

urlpatterns = [
    *leaving,
    path("", views_queue.queue, name="queue"),
    path("export.csv", views_queue.export, name="queue_export"),
    path("workload/", views_queue.workload, name="workload"),
    path("new/", views_intake.new, name="intake_new"),
    path("letters/", views_letters.wordings, name="letter_wordings"),
    path("letters/<slug:code>/", views_letters.wording, name="letter_wording"),
    path("letters/<slug:code>/preview", views_letters.preview, name="letter_preview"),
    path("letters/<slug:code>/review/<int:number>", views_letters.review, name="letter_review"),
    path("mentions/", views_notes.mentions, name="mentions"),
    path("alive", views_drafts.alive, name="alive"),
    path("keys/", views_drafts.habits, name="habits"),
    path("proposals/", views_seconds.waiting, name="proposals"),
    path("<str:number>/", views.docket, name="docket"),
    path("<str:number>/papers/add/", views_intake.add_paper, name="paper_add"),
    path("<str:number>/notes/", views_notes.write, name="note_write"),
    path("<str:number>/notes/seen", views_notes.seen, name="notes_seen"),
    path("<str:number>/assign/", views_queue.assign, name="assign"),
    path("<str:number>/act/<slug:act>/", views_acts.act, name="act"),
    path("<str:number>/draft", views_drafts.draft, name="draft"),
    path("<str:number>/proposal/<int:proposal>/", views_seconds.proposal, name="proposal"),
    path("<str:number>/proposal/<int:proposal>/agree", views_seconds.agree, name="proposal_agree"),
    path("<str:number>/proposal/<int:proposal>/take-back", views_seconds.take_back, name="proposal_take_back"),
    path("<str:number>/what-if/", views_board.what_if, name="what_if"),
    path("<str:number>/key/", views_keys.own_key, name="own_key"),
    path("<str:number>/facts/", views_facts.questions, name="facts"),
    path("<str:number>/facts/confirm", views_facts.confirm, name="facts_confirm"),
    path("<str:number>/letter/", views_letters.letter, name="letter"),
    path("<str:number>/letter/<slug:digest>/", views_letters.letter, name="letter_kept"),
    path("<str:number>/letter/<slug:digest>.pdf", views_letters.pdf, name="letter_pdf"),
    path("<str:number>/paper/<slug:digest>", views.paper, name="paper"),
    path("<str:number>/paper/<slug:digest>/shown", views_papers.shown, name="paper_shown"),
]
