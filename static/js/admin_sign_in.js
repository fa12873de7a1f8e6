// The code of a sign-in link stands behind the #: put it into the field, and take it out of the address.
const code = location.hash.slice(1);
if (code) {
  history.replaceState(null, "", location.pathname);
  document.getElementById("code").value = code;
  document.getElementById("sign-in").focus();
}
