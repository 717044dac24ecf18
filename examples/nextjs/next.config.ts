import type { NextConfig } from "next"

export default {
  skipTrailingSlashRedirect: true, // the dashboard's overview is /dashboard/
} satisfies NextConfig
