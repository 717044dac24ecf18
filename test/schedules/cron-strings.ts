/** A cron expression as projects have it, and the ticks after `after` that its author expects: UTC, written by hand. */
export interface CronString {
  readonly from: string
  readonly cron: string
  readonly zone?: string
  /** Default: Wednesday, 2027-02-10 at 10:30 UTC. */
  readonly after?: string
  readonly ticks: readonly string[]
}

export const CRON_STRINGS: readonly CronString[] = [
  // Vercel's documentation and templates
  { from: "vercel", cron: "0 5 * * *", ticks: ["2027-02-11T05:00:00Z", "2027-02-12T05:00:00Z"] },
  { from: "vercel", cron: "* * * * *", ticks: ["2027-02-10T10:31:00Z", "2027-02-10T10:32:00Z"] },
  { from: "vercel", cron: "*/5 * * * *", ticks: ["2027-02-10T10:35:00Z", "2027-02-10T10:40:00Z"] },
  { from: "vercel", cron: "*/10 * * * *", ticks: ["2027-02-10T10:40:00Z", "2027-02-10T10:50:00Z"] },
  { from: "vercel", cron: "0 * * * *", ticks: ["2027-02-10T11:00:00Z", "2027-02-10T12:00:00Z"] },
  { from: "vercel", cron: "0 0 * * *", ticks: ["2027-02-11T00:00:00Z", "2027-02-12T00:00:00Z"] },
  { from: "vercel", cron: "0 10 * * *", ticks: ["2027-02-11T10:00:00Z", "2027-02-12T10:00:00Z"] },
  { from: "vercel", cron: "0 8 1 * *", ticks: ["2027-03-01T08:00:00Z", "2027-04-01T08:00:00Z"] },
  { from: "vercel", cron: "0 8 * * 1", ticks: ["2027-02-15T08:00:00Z", "2027-02-22T08:00:00Z"] },
  { from: "vercel", cron: "0 0 1 1 *", ticks: ["2028-01-01T00:00:00Z", "2029-01-01T00:00:00Z"] },
  { from: "vercel", cron: "0 */6 * * *", ticks: ["2027-02-10T12:00:00Z", "2027-02-10T18:00:00Z"] },
  { from: "vercel", cron: "15 14 * * *", ticks: ["2027-02-10T14:15:00Z", "2027-02-11T14:15:00Z"] },
  {
    from: "vercel",
    cron: "0 9 * * 1-5",
    ticks: ["2027-02-11T09:00:00Z", "2027-02-12T09:00:00Z", "2027-02-15T09:00:00Z"],
  },
  { from: "vercel", cron: "0 0 * * 0", ticks: ["2027-02-14T00:00:00Z", "2027-02-21T00:00:00Z"] },
  // Kubernetes CronJobs
  { from: "kubernetes", cron: "*/1 * * * *", ticks: ["2027-02-10T10:31:00Z", "2027-02-10T10:32:00Z"] },
  {
    from: "kubernetes",
    cron: "0 0 13 * 5",
    ticks: ["2027-02-12T00:00:00Z", "2027-02-13T00:00:00Z", "2027-02-19T00:00:00Z"],
  },
  { from: "kubernetes", cron: "0 3 * * 1", ticks: ["2027-02-15T03:00:00Z", "2027-02-22T03:00:00Z"] },
  { from: "kubernetes", cron: "30 2 * * 6", ticks: ["2027-02-13T02:30:00Z", "2027-02-20T02:30:00Z"] },
  { from: "kubernetes", cron: "@hourly", ticks: ["2027-02-10T11:00:00Z", "2027-02-10T12:00:00Z"] },
  { from: "kubernetes", cron: "@daily", ticks: ["2027-02-11T00:00:00Z", "2027-02-12T00:00:00Z"] },
  { from: "kubernetes", cron: "@midnight", ticks: ["2027-02-11T00:00:00Z", "2027-02-12T00:00:00Z"] },
  { from: "kubernetes", cron: "@weekly", ticks: ["2027-02-14T00:00:00Z", "2027-02-21T00:00:00Z"] },
  { from: "kubernetes", cron: "@monthly", ticks: ["2027-03-01T00:00:00Z", "2027-04-01T00:00:00Z"] },
  { from: "kubernetes", cron: "@yearly", ticks: ["2028-01-01T00:00:00Z", "2029-01-01T00:00:00Z"] },
  { from: "kubernetes", cron: "@annually", ticks: ["2028-01-01T00:00:00Z", "2029-01-01T00:00:00Z"] },
  { from: "kubernetes", cron: "5/20 * * * *", ticks: ["2027-02-10T10:45:00Z", "2027-02-10T11:05:00Z"] },
  { from: "kubernetes", cron: "0 0 ? * MON", ticks: ["2027-02-15T00:00:00Z", "2027-02-22T00:00:00Z"] },
  { from: "kubernetes", cron: "0 4 * * sun", ticks: ["2027-02-14T04:00:00Z", "2027-02-21T04:00:00Z"] },
  { from: "kubernetes", cron: "17,47 * * * *", ticks: ["2027-02-10T10:47:00Z", "2027-02-10T11:17:00Z"] },
  {
    from: "kubernetes",
    cron: "0 8-18 * * MON-FRI",
    after: "2027-02-12T17:30:00Z",
    ticks: ["2027-02-12T18:00:00Z", "2027-02-15T08:00:00Z"],
  },
  { from: "kubernetes", cron: "*/60 * * * *", ticks: ["2027-02-10T11:00:00Z", "2027-02-10T12:00:00Z"] },
  // GitHub Actions, GitLab and Debian's crontabs
  { from: "github", cron: "30 5,17 * * *", ticks: ["2027-02-10T17:30:00Z", "2027-02-11T05:30:00Z"] },
  { from: "github", cron: "30 5 * * 1,3", ticks: ["2027-02-15T05:30:00Z", "2027-02-17T05:30:00Z"] },
  { from: "github", cron: "15 4,5 * * *", ticks: ["2027-02-11T04:15:00Z", "2027-02-11T05:15:00Z"] },
  {
    from: "github",
    cron: "20/15 * * * *",
    ticks: ["2027-02-10T10:35:00Z", "2027-02-10T10:50:00Z", "2027-02-10T11:20:00Z"],
  },
  { from: "github", cron: "0 0 1-7 * *", ticks: ["2027-03-01T00:00:00Z", "2027-03-02T00:00:00Z"] },
  { from: "gitlab", cron: "0 1 * * 7", ticks: ["2027-02-14T01:00:00Z", "2027-02-21T01:00:00Z"] },
  {
    from: "gitlab",
    cron: "0 23 * * 5-7",
    ticks: ["2027-02-12T23:00:00Z", "2027-02-13T23:00:00Z", "2027-02-14T23:00:00Z", "2027-02-19T23:00:00Z"],
  },
  { from: "debian", cron: "17 *\t* * *", ticks: ["2027-02-10T11:17:00Z", "2027-02-10T12:17:00Z"] },
  { from: "debian", cron: "25 6\t* * *", ticks: ["2027-02-11T06:25:00Z", "2027-02-12T06:25:00Z"] },
  { from: "debian", cron: "47 6\t* * 7", ticks: ["2027-02-14T06:47:00Z", "2027-02-21T06:47:00Z"] },
  { from: "debian", cron: "09,39 *     * * *", ticks: ["2027-02-10T10:39:00Z", "2027-02-10T11:09:00Z"] },
  { from: "debian", cron: "57 0 * * 0", ticks: ["2027-02-14T00:57:00Z", "2027-02-21T00:57:00Z"] },
  // Rails, Elixir and Node projects
  { from: "good_job", cron: "*/15 * * * *", ticks: ["2027-02-10T10:45:00Z", "2027-02-10T11:00:00Z"] },
  { from: "sidekiq-cron", cron: "0 0 1 */3 *", ticks: ["2027-04-01T00:00:00Z", "2027-07-01T00:00:00Z"] },
  { from: "oban", cron: "0 12 * * MON", ticks: ["2027-02-15T12:00:00Z", "2027-02-22T12:00:00Z"] },
  { from: "oban", cron: "0 0 * DEC *", ticks: ["2027-12-01T00:00:00Z", "2027-12-02T00:00:00Z"] },
  { from: "node-cron", cron: "*/10 * * * * *", ticks: ["2027-02-10T10:30:10Z", "2027-02-10T10:30:20Z"] },
  { from: "node-cron", cron: "0 0 3 * * *", ticks: ["2027-02-11T03:00:00Z", "2027-02-12T03:00:00Z"] },
  {
    from: "node-cron",
    cron: "30 15 10 * JAN-MAR,OCT *",
    after: "2027-03-31T12:00:00Z",
    ticks: ["2027-10-01T10:15:30Z", "2027-10-02T10:15:30Z"],
  },
  { from: "nestjs", cron: "0 30 11 * * 1-5", ticks: ["2027-02-10T11:30:00Z", "2027-02-11T11:30:00Z"] },
  { from: "nestjs", cron: "45 * * * * *", ticks: ["2027-02-10T10:30:45Z", "2027-02-10T10:31:45Z"] },
  // Quartz, Spring and EventBridge, without their year
  { from: "spring", cron: "0 0 9-17 * * MON-FRI", ticks: ["2027-02-10T11:00:00Z", "2027-02-10T12:00:00Z"] },
  {
    from: "spring",
    cron: "0 0/30 8-10 * * *",
    ticks: ["2027-02-11T08:00:00Z", "2027-02-11T08:30:00Z", "2027-02-11T09:00:00Z"],
  },
  { from: "spring", cron: "0 0 0 25 DEC ?", ticks: ["2027-12-25T00:00:00Z", "2028-12-25T00:00:00Z"] },
  { from: "spring", cron: "0 0 0 L * *", ticks: ["2027-02-28T00:00:00Z", "2027-03-31T00:00:00Z"] },
  { from: "spring", cron: "0 0 0 L-3 * *", ticks: ["2027-02-25T00:00:00Z", "2027-03-28T00:00:00Z"] },
  {
    from: "spring",
    cron: "0 0 0 1W * *",
    after: "2027-04-30T00:00:00Z",
    ticks: ["2027-05-03T00:00:00Z", "2027-06-01T00:00:00Z"],
  },
  { from: "spring", cron: "0 0 0 LW * *", ticks: ["2027-02-26T00:00:00Z", "2027-03-31T00:00:00Z"] },
  { from: "spring", cron: "0 0 0 * * 5L", ticks: ["2027-02-26T00:00:00Z", "2027-03-26T00:00:00Z"] },
  { from: "spring", cron: "0 0 0 ? * 5#2", ticks: ["2027-02-12T00:00:00Z", "2027-03-12T00:00:00Z"] },
  { from: "spring", cron: "0 0 0 ? * MON#1", ticks: ["2027-03-01T00:00:00Z", "2027-04-05T00:00:00Z"] },
  { from: "eventbridge", cron: "0 18 ? * MON-FRI", ticks: ["2027-02-10T18:00:00Z", "2027-02-11T18:00:00Z"] },
  {
    from: "eventbridge",
    cron: "0 10 15W * ?",
    after: "2027-05-01T00:00:00Z",
    ticks: ["2027-05-14T10:00:00Z", "2027-06-15T10:00:00Z"],
  },
  { from: "leap day", cron: "0 0 29 2 *", ticks: ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"] },
  {
    from: "a time zone",
    cron: "0 9 * * *",
    zone: "Europe/Berlin",
    ticks: ["2027-02-11T08:00:00Z", "2027-02-12T08:00:00Z"],
  },
  {
    from: "a half hour's zone",
    cron: "0 9 * * *",
    zone: "Asia/Kolkata",
    ticks: ["2027-02-11T03:30:00Z", "2027-02-12T03:30:00Z"],
  },
]

/** What can't be read, where it is wrong (from 1), and what the message says. */
export const BAD_CRON_STRINGS: readonly [cron: string, at: number, message: string][] = [
  ["", 1, "it has 0 fields"],
  ["nightly", 8, "it has 1 field:"],
  ["* * * *", 8, "it has 4 fields"],
  ["0 3 * * * *  2027", 14, "it has 7 fields"],
  ["60 * * * *", 1, "the minute is 60"],
  ["0 24 * * *", 3, "the hour is 24"],
  ["0 0 0 * *", 5, "the day is 0"],
  ["0 0 32 * *", 5, "the day is 32"],
  ["0 0 1 13 *", 7, "the month is 13"],
  ["0 0 * * 8", 9, "the weekday is 8"],
  ["0 0 * * MO", 9, 'the weekday "MO" can\'t be read'],
  ["0 0 * FEV *", 7, "the month is FEV"],
  ["1,2,x * * * *", 5, 'the minute "X" can\'t be read'],
  ["1,,2 * * * *", 3, 'the minute "" can\'t be read'],
  ["10-70 * * * *", 4, "the minute is 70"],
  ["30-10 * * * *", 1, "goes backwards"],
  ["*/90 * * * *", 3, "the step is 90"],
  ["*/0 * * * *", 3, "the step is 0"],
  ["? * * * *", 1, 'the minute "?" can\'t be read'],
  ["0 0 * * FRI#6", 9, 'the weekday "FRI#6" can\'t be read'],
  ["L * * * *", 1, 'the minute "L" can\'t be read'],
  ["-1 * * * *", 1, 'the minute "-1" can\'t be read'],
  ["0 3 * * * ?x", 11, 'the weekday "?X" can\'t be read'],
  ["@fortnightly", 1, "@fortnightly is unknown"],
  ["@every 5m", 1, "for an interval give every"],
  ["CRON_TZ=UTC 0 3 * * *", 1, 'the second "CRON_TZ=UTC" can\'t be read'],
]
