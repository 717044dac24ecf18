import type { Area } from "../../page.ts"
import {
  createSchedule,
  deleteSchedule,
  editSchedule,
  pauseSchedule,
  resumeSchedule,
  runSchedule,
  turnOff,
  turnOn,
} from "./schedule-actions.ts"
import { schedulePage } from "./schedule-page.tsx"
import { schedulesPage } from "./schedules-page.tsx"

export const schedulesArea: Area = {
  key: "schedules",
  path: "/schedules",
  pages: [schedulesPage, schedulePage],
  actions: [
    createSchedule,
    editSchedule,
    runSchedule,
    pauseSchedule,
    resumeSchedule,
    turnOn,
    turnOff,
    deleteSchedule,
  ],
}
