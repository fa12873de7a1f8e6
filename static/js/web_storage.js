// What the browser keeps for us. Each storage may be missing, closed or full: then it keeps nothing.

const AREAS = ["sessionStorage", "localStorage"];

export const keep = (area, name, value) => {
  try {
    window[area].setItem(name, value);
    return window[area].getItem(name) === value;
  } catch {
    return false;
  }
};

export const read = (area, name) => {
  try {
    return window[area].getItem(name);
  } catch {
    return null;
  }
};

export const drop = (area, name) => {
  try {
    window[area].removeItem(name);
  } catch {
    // It keeps nothing.
  }
};

export const names = (area) => {
  try {
    return Object.keys(window[area]);
  } catch {
    return [];
  }
};

// The secret of a login goes into both: an LMS may open its answer in another tab.
const LIFE = 10 * 60 * 1000;

export const keepLogin = (name, secret) => {
  for (const old of names("localStorage").filter((it) => it.startsWith("lti.v."))) {
    if (!readLogin(old)) drop("localStorage", old);
  }
  return AREAS.map((area) => keep(area, name, `${Date.now()}.${secret}`)).some(Boolean);
};

export const readLogin = (name) => {
  for (const area of AREAS) {
    const [at, secret] = (read(area, name) ?? "").split(".");
    if (secret && Date.now() - Number(at) < LIFE) return secret;
  }
  return null;
};

export const dropLogin = (name) => AREAS.forEach((area) => drop(area, name));

// Whether a cookie that is set here comes back. Ours are HttpOnly, so this tries one of its own.
export const keepsCookies = () => {
  const rules = location.protocol === "https:" ? "; SameSite=None; Secure; Partitioned" : "";
  try {
    document.cookie = `segue_probe=1; Path=/lti${rules}`;
    const kept = document.cookie.includes("segue_probe=1");
    document.cookie = `segue_probe=; Path=/lti; Max-Age=0${rules}`;
    return kept;
  } catch {
    return false;
  }
};
