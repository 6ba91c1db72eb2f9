// Passkeys: their buttons appear where the browser can use them, and a key that did not answer says so in words.
const show = (selector, shown) => document.querySelectorAll(selector).forEach((one) => { one.hidden = !shown; });
show("[data-passkey]", Boolean(window.PublicKeyCredential));
show("[data-passkey-missing]", !window.PublicKeyCredential);
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  show("[data-passkey-failed]", true);
});
