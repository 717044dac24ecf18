/** Of the forms that pause something, on several pages. */
export const pauses = {
  pause: "Pause",
  resume: "Resume",
  for: "For how long",
  forever: "Until it is resumed",
  paused: "Paused",
  ends: "ends {time}",
  didPause: "{target} is paused.",
  didResume: "{target} runs again.",
}
