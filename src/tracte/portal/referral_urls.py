from django.urls import path

from tracte.portal import referral_views

urlpatterns = [path("<str:token>/", referral_views.referral, name="referral")]
