from django.urls import path

from chunfeng.web.accounts import admin, own, security, views

urlpatterns = [
    path("", views.home, name="home"),
    path("accounts/login/", views.login, name="login"),
    path("accounts/login/code/", views.login_code, name="login-code"),
    path("accounts/login/password/", views.login_password, name="login-password"),
    path("accounts/login/second-factor/", views.login_second_factor, name="login-second-factor"),
    path("accounts/logout/", views.logout, name="logout"),
    path("accounts/language/", views.language, name="language"),
    path("accounts/posting/", views.posting, name="posting"),
    path("accounts/password/", own.password, name="password"),
    path("accounts/second-factor/", own.second_factor, name="second-factor"),
    path("accounts/sessions/", own.sessions, name="sessions"),
    path("accounts/tokens/", own.tokens, name="tokens"),
    path("accounts/tokens/<int:pk>/revoke/", own.revoke_token, name="token-revoke"),
    path("accounts/people/", admin.accounts, name="accounts"),
    path("accounts/people/new/", admin.new_account, name="account-new"),
    path("accounts/people/<int:pk>/", admin.account, name="account"),
    path("security/", security.security, name="security"),
    path("security/<int:pk>/", security.person, name="security-person"),
]
