// The code of a sign-in link stands behind the #: put it into the field, and take it out of the address.
const takeCode = () => {
  const code = location.hash.slice(1);
  if (!code) return;
  history.replaceState(null, "", location.pathname);
  document.getElementById("code").value = code;
  document.getElementById("sign-in").focus();
};
takeCode();
// A new link opened where this page is open already loads nothing anew.
window.addEventListener("hashchange", takeCode);
