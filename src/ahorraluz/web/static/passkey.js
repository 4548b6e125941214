// Passkeys: asks the device, and sends what it answers with the form.
(function () {
  "use strict";
  var form = document.querySelector("form[data-passkey]");
  if (!form) return;
  var button = form.querySelector("button");
  var words = form.querySelector("[role=status]");
  if (!window.PublicKeyCredential || !navigator.credentials) {
    words.textContent = form.dataset.none;
    return;
  }
  words.textContent = "";
  button.hidden = false;

  function bytes(text) {
    var raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(raw, function (letter) { return letter.charCodeAt(0); });
  }
  function text(buffer) {
    var raw = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function asked() {
    var options = JSON.parse(form.dataset.options);
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    ["excludeCredentials", "allowCredentials"].forEach(function (name) {
      (options[name] || []).forEach(function (known) { known.id = bytes(known.id); });
    });
    return { publicKey: options };
  }
  function answer(made) {
    var given = made.response, said = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(
      function (name) { if (given[name]) said[name] = text(given[name]); }
    );
    if (given.getTransports) said.transports = given.getTransports();
    return JSON.stringify({
      id: made.id, rawId: text(made.rawId), type: made.type, response: said,
      clientExtensionResults: made.getClientExtensionResults()
    });
  }
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    button.disabled = true;
    words.textContent = "";
    navigator.credentials[form.dataset.passkey](asked()).then(function (made) {
      form.elements.respuesta.value = answer(made);
      form.submit();
    }).catch(function () {
      button.disabled = false;
      words.textContent = form.dataset.failed;
    });
  });
})();
