// A link like /sign-in#<token>: what stands after # never reaches a server's log; it is posted from here and wiped.
"use strict";

function takeFromLink() {
  const token = location.hash.slice(1);
  const form = document.getElementById("sign-in");
  if (!token || !form) return;
  history.replaceState(null, "", location.pathname + location.search);
  form.elements.token.value = token;
  form.requestSubmit();
}

addEventListener("hashchange", takeFromLink);
takeFromLink();
