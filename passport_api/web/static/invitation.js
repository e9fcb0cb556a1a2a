// Sends the token after the # and the password once, and forgets both.
"use strict";

const form = document.getElementById("form");
const password = document.getElementById("password");
const message = document.getElementById("message");
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

function say(text, kind) {
  message.textContent = text;
  message.className = kind;
  message.hidden = false;
  message.focus();
}

async function accept(event) {
  event.preventDefault();
  const answer = await fetch("v1/invitations/acceptance", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token, password: password.value }),
  });
  password.value = "";
  if (answer.ok) {
    form.hidden = true;
    say("Your account is ready. Sign in with your email address and this password.", "right");
  } else if (answer.status === 422) {
    say("Use at least 12 characters, and not an obvious password. Three random words make a good one.", "wrong");
  } else if (answer.status === 429) {
    say("Too many tries. Wait a quarter of an hour, then open the link again.", "wrong");
  } else {
    say("This did not work. Check your password; or ask for a new link, because each works once, for seven days.", "wrong");
  }
}

document.getElementById("show").addEventListener("change", (event) => {
  password.type = event.target.checked ? "text" : "password";
});
form.addEventListener("submit", (event) => {
  accept(event).catch(() => say("The service did not answer. Try again.", "wrong"));
});
if (token) {
  form.hidden = false;
} else {
  say("Open this page with the whole link from your invitation.", "wrong");
}
