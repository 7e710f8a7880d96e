// A page that is left may be kept for the way back, its line open: the command would go on for nobody.
const lines = [];
window.WebSocket = class extends WebSocket {
  constructor(...where) {
    super(...where);
    lines.push(this);
  }
};
addEventListener("pagehide", () => lines.forEach((line) => line.close()));
