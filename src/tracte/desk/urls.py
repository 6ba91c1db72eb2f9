from django.urls import path

from tracte.desk import frozen_views, joining_views, model_views, relation_views, review_views, views, why_views
from tracte.desk.inbox import acts, live, noting_views, wall_views
from tracte.desk.inbox import views as inbox_views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("inbox/", inbox_views.inbox, name="inbox"),
    path("contacts/new/", noting_views.contact, name="contact"),
    path("wall/", wall_views.show, name="wall"),
    path("wall/table.csv", wall_views.table, name="wall_table"),
    path("inbox/live/", live.stream, name="live"),
    path("inbox/<uuid:conversation>/", inbox_views.conversation, name="conversation"),
    path("inbox/<uuid:conversation>/reply/", acts.reply, name="reply"),
    path("inbox/<uuid:conversation>/turns/<uuid:turn>/take-back/", acts.take_back, name="take_back"),
    path("inbox/<uuid:conversation>/note/", acts.note, name="note"),
    path("inbox/<uuid:conversation>/assign/", acts.assign, name="assign"),
    path("inbox/<uuid:conversation>/close/", acts.close, name="close"),
    path("inbox/<uuid:conversation>/reopen/", acts.reopen, name="reopen"),
    path("inbox/<uuid:conversation>/snooze/", acts.snooze, name="snooze"),
    path("inbox/<uuid:conversation>/draft/", acts.draft, name="draft"),
    path("inbox/<uuid:conversation>/here/", acts.here, name="here"),
    path("purpose/", views.purpose, name="purpose"),
    path("people/", views.people, name="people"),
    path("people/<uuid:person>/", views.person, name="person"),
    path("people/<uuid:person>/interactions/<uuid:interaction>/", views.interaction, name="interaction"),
    path("people/<uuid:person>/identifiers/<uuid:identifier>/", views.identifier, name="identifier"),
    path("people/<uuid:person>/merge/", joining_views.choose, name="choose"),
    path("people/<uuid:person>/merge/<uuid:other>/", joining_views.merge, name="merge"),
    path("people/<uuid:person>/split/", joining_views.split, name="split"),
    path("people/<uuid:person>/shares/<uuid:relation>/", relation_views.sharing, name="sharing"),
    path("people/<uuid:person>/why/", why_views.why, name="why"),
    path("people/<uuid:person>/why/<int:edge>/", why_views.undo, name="undo_link"),
    path("review/", review_views.queue, name="review"),
    path("review/frozen/", frozen_views.frozen, name="frozen"),
    path("review/frozen/<uuid:freeze>/", frozen_views.thaw, name="thaw"),
    path("review/next/", review_views.following, name="next_doubt"),
    path("review/<uuid:doubt>/", review_views.doubt, name="doubt"),
    path("review/<uuid:doubt>/undo/", review_views.undo, name="undo_verdict"),
    path("models/", model_views.models, name="models"),
    path("models/calibrate/", model_views.calibrate, name="calibrate"),
    path("models/<uuid:model>/", model_views.model, name="model"),
]
