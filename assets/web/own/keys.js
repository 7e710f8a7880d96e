// Keys go to the terminal as soon as it shows something, without a click into it first.
const look = new MutationObserver(() => {
  if (document.body.classList.contains("-first-byte")) {
    document.querySelector("#terminal textarea").focus();
    look.disconnect();
  }
});
addEventListener("DOMContentLoaded", () => look.observe(document.body, { attributeFilter: ["class"] }));
