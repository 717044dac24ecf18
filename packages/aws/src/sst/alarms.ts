import type { SluiceArgs } from "./args.ts"
import { lambdaMetric, type Metric, queueMetric } from "./metrics.ts"
import { physicalName } from "./names.ts"
import type { DrainFunction } from "./pools.ts"
import { transformed } from "./transform.ts"

interface Alarm {
  readonly description: string
  readonly metric: Metric
  readonly statistic: "Maximum" | "Sum"
  /** The alarm rings when the metric is above this… */
  readonly above: number
  /** …in each of this many consecutive minutes. */
  readonly minutes: number
}

/** Alarms for what needs a person: waiting jobs, discarded jobs, a drain function that fails or has no slot left. */
export function createAlarms(
  name: string,
  { alarms = true, alarmTopic, transform }: SluiceArgs,
  { suffix, physicalName: drainName }: DrainFunction,
  options: $util.ComponentResourceOptions,
) {
  const topic = alarmTopic instanceof sst.aws.SnsTopic ? alarmTopic.arn : alarmTopic
  const { OldestReadyAge, ...ofEach } = alarmsOf(drainName)
  const all = suffix === "" ? { OldestReadyAge, ...ofEach } : ofEach // the backlog is that of all queues
  return Object.entries(alarms ? all : {}).map(([key, alarm]) => {
    const own = { name: physicalName(`${name}${key}${suffix}`), ...propertiesOf(alarm, topic) }
    return new aws.cloudwatch.MetricAlarm(
      ...transformed(transform?.alarm, `${name}${key}${suffix}`, own, options),
    )
  })
}

function propertiesOf(
  { description, metric, statistic, above, minutes }: Alarm,
  topic: $util.Input<string> | undefined,
): aws.cloudwatch.MetricAlarmArgs {
  const [namespace, metricName, dimension, value] = metric
  return {
    alarmDescription: description,
    namespace,
    metricName,
    dimensions: { [dimension]: value },
    statistic,
    comparisonOperator: "GreaterThanThreshold",
    threshold: above,
    period: 60,
    evaluationPeriods: minutes,
    treatMissingData: "notBreaching", // an idle queue publishes nothing
    ...(topic && { alarmActions: [topic], okActions: [topic] }),
  }
}

function alarmsOf(drainName: string) {
  return {
    OldestReadyAge: {
      description: "The oldest ready job has been waiting for more than 5 minutes",
      metric: queueMetric("OldestReadyAge", drainName),
      statistic: "Maximum",
      above: 300,
      minutes: 3,
    },
    Discarded: {
      description: "Jobs were discarded: out of attempts, or by their policy",
      metric: queueMetric("Discarded", drainName),
      statistic: "Sum",
      above: 0,
      minutes: 1,
    },
    DrainErrors: {
      description: "The drain function fails; see its log",
      metric: lambdaMetric("Errors", drainName),
      statistic: "Sum",
      above: 0,
      minutes: 3,
    },
    SlotsSaturated: {
      description: "All drainers have been busy for 15 minutes: raise maxDrainers, or look for slow jobs",
      metric: queueMetric("SlotsSaturated", drainName),
      statistic: "Maximum",
      above: 0,
      minutes: 15,
    },
  } satisfies Record<string, Alarm>
}
