// Words and numbers for people.

const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const SHARE = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const MONTHS = "January February March April May June July August September October November December".split(" ");

export const count = (value) => COUNT.format(value);
export const share = (value) => SHARE.format(value);
export const signed = (value) => (value > 0 ? `+${count(value)}` : value < 0 ? `−${count(-value)}` : "±0");
export const plural = (value, one, many) => `${count(value)} ${value === 1 ? one : many}`;

// A date keeps its precision: 2024-03 is March 2024, never a day of it.
export function date(text) {
  if (!text) return "unknown date";
  const [year, month, day] = text.slice(0, 10).split("-").map(Number);
  if (!month) return String(year);
  return day ? `${day} ${MONTHS[month - 1]} ${year}` : `${MONTHS[month - 1]} ${year}`;
}

export const month = (text) => date(text.slice(0, 7));
export const moment = (text) => `${date(text)}, ${text.slice(11, 16)} UTC`;

export function lastDayOf(monthText) {
  const [year, number] = monthText.split("-").map(Number);
  return `${monthText}-${String(new Date(Date.UTC(year, number, 0)).getUTCDate()).padStart(2, "0")}`;
}

export function monthBefore(monthText) {
  const [year, number] = monthText.split("-").map(Number);
  return number === 1 ? `${year - 1}-12` : `${year}-${String(number - 1).padStart(2, "0")}`;
}

const REASONS = {
  no_report: "no report",
  no_observation: "no source counts them",
  stale: "last count too old",
  future_date: "date has not come",
  not_published_by_mission: "not published by mission",
  mission_not_started: "mission had not begun",
  mission_ended: "mission had ended",
  country_not_existing: "country did not exist",
  disputed: "count disputed",
  not_exact: "no exact number",
  not_split_by_type: "not split by kind",
  not_split_by_sex: "not split by sex",
  no_people: "nobody there",
  no_ceiling: "no ceiling",
  not_yet_effective: "ceiling not yet in force",
  no_target: "no target",
};

export const reason = (code) => REASONS[code] ?? words(code ?? "unknown");

const WORDS = {
  military_observer: "military observers",
  staff_officer: "staff officers",
  individual_police: "individual police",
  formed_police: "formed police units",
  police_unspecified: "police",
  civilian: "civilians",
  unspecified: "kind not stated",
  un_monthly_report: "UN report",
  un_resolution: "UN resolution",
  far_from_last_count: "jump",
  mission_told_otherwise: "mission told otherwise",
  non_un: "not of the UN",
};

export const words = (code) => WORDS[code] ?? String(code).replaceAll("_", " ").replaceAll("-", " ");
export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
