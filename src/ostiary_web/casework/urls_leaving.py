"""Addresses of the search of the roll, of packages and of handing over."""

from django.urls import path

from ostiary_web.casework import views_corrections, views_long_work, views_matching, views_packing, views_stripping

# These acts are done with what was really searched, built or sealed: their general form leads there.
_OWN = ("search_roll", "package", "check", "fail_check", "agree_to_seal", "seal", "release", "dispose", "recall",
        "seek_wrong", "correct")  # fmt: skip
_OWN_PAGES = [path(f"<str:number>/act/{act}/", views_packing.to_package, {"act": act}) for act in _OWN]

urlpatterns = [
    path("<str:number>/long-work/progress", views_long_work.progress, name="work_progress"),
    path("<str:number>/long-work/picture/<int:place>.svg", views_long_work.picture, name="work_picture"),
    path("<str:number>/long-work/<slug:kind>/", views_long_work.ask, name="work"),
    path("<str:number>/person/", views_matching.name_person, name="name_person"),
    path("<str:number>/person/<int:person>/leave-out", views_matching.leave_out, name="leave_out"),
    path("<str:number>/person/<int:person>/compare/", views_matching.compare, name="compare"),
    path("<str:number>/package/texts/", views_stripping.texts, name="package_texts"),
    path("<str:number>/package/pack/", views_packing.pack, name="package_pack"),
    path("<str:number>/package/check/", views_packing.check, name="package_check"),
    path("<str:number>/package/agree/<slug:role>/", views_packing.agree, name="package_agree"),
    path("<str:number>/package/seal/", views_packing.seal, name="package_seal"),
    path("<str:number>/package/leave/", views_packing.leave, name="package_leave"),
    path("<str:number>/package/code/", views_packing.link, name="package_link"),
    path("<str:number>/package/file", views_packing.media, name="package_media"),
    path("<str:number>/package/print", views_packing.printed, name="package_print"),
    path("<str:number>/package/certificate/", views_packing.certificate, name="package_certificate"),
    path("<str:number>/package/recall/", views_packing.recall, name="package_recall"),
    path("<str:number>/wrong/", views_corrections.look, name="wrong_look"),
    path("<str:number>/wrong/tell/", views_corrections.tell, name="wrong_tell"),
    path("<str:number>/wrong/<int:correction>/notice", views_corrections.notice, name="wrong_notice"),
    path("<str:number>/wrong/<int:correction>/read/", views_corrections.read, name="wrong_read"),
    path("<str:number>/mail/<int:mail>/again", views_corrections.mail, name="mail_again"),
    *_OWN_PAGES,
    path("<str:number>/take-over", views_matching.take_over, name="take_over"),
]
