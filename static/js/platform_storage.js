// The platform keeps something small for us (LTI postMessage Storage 0.1). Only the registered origin is told
// anything, and only it is believed; "*" is for asking which frame answers, and says nothing.

const PATIENCE = 1000;
const ANYBODY = "*";

// The platform's page: the one around our frame, or the one that opened our window.
const holder = window.opener ?? (window.parent === window ? null : window.parent);

const frameOf = (name) => {
  if (name === "_parent") return holder;
  try {
    return holder.frames[name] ?? null;
  } catch {
    return null; // there is none of that name
  }
};

// The answer to a message; nothing where none comes in time.
const ask = (target, origin, message) =>
  new Promise((resolve) => {
    const message_id = crypto.randomUUID();
    const finish = (answer) => {
      clearTimeout(timer);
      window.removeEventListener("message", listen);
      resolve(answer);
    };
    const listen = (event) => {
      if (event.source !== target && event.source !== holder) return;
      if (origin !== ANYBODY && event.origin !== origin) return;
      if (event.data?.subject !== `${message.subject}.response` || event.data.message_id !== message_id) return;
      finish(event.data.error ? null : event.data);
    };
    const timer = setTimeout(finish, PATIENCE, null);
    window.addEventListener("message", listen);
    target.postMessage({ ...message, message_id }, origin);
  });

// What the platform's page understands: [{subject, frame}, ...]. Canvas names its forwarding frame here.
export const capabilities = async () => {
  const answer = holder && (await ask(holder, ANYBODY, { subject: "lti.capabilities" }));
  return Array.isArray(answer?.supported_messages) ? answer.supported_messages : [];
};

const askStorage = async (storage, message) => {
  if (!storage || !holder) return null;
  const asked = [storage.target];
  const from = (name) => {
    const target = frameOf(name);
    return target ? ask(target, storage.origin, message) : Promise.resolve(null);
  };
  const elsewhere = async () => {
    const supported = await capabilities();
    const frame = supported.find((it) => it?.subject === message.subject)?.frame;
    return typeof frame === "string" && !asked.includes(frame) ? from(frame) : null;
  };
  const answered = (answer) => answer ?? Promise.reject(new Error("no answer"));
  return Promise.any([from(storage.target).then(answered), elsewhere().then(answered)]).catch(() => null);
};

export const putToPlatform = async (storage, key, value) =>
  (await askStorage(storage, { subject: "lti.put_data", key, value })) !== null;

export const getFromPlatform = async (storage, key) => {
  const answer = await askStorage(storage, { subject: "lti.get_data", key });
  return typeof answer?.value === "string" ? answer.value : null;
};

// Nothing waits for the answer: the message is on its way even if this page goes.
export const dropFromPlatform = (storage, key) => void putToPlatform(storage, key, null);

// Canvas opens the tool again in a whole window; it begins the launch anew, so no secret is needed.
export const askForFullWindow = async (url) => {
  const supported = (await capabilities()).some((it) => it?.subject === "requestFullWindowLaunch");
  return supported
    ? () => holder.postMessage({ messageType: "requestFullWindowLaunch", subject: "requestFullWindowLaunch", data: { url, launchType: "new_window" } }, ANYBODY)
    : null;
};
