package cli

const githubHelp = `In a job of GitHub Actions (GITHUB_ACTIONS=true) scan, alerts and verdict tell the
host what they found. None of it changes the verdict.

  outputs      verdict, exit-code, the counts critical, high, medium, low, info and
               unknown, planned and answered targets, and for each format the path of
               the report that this run has written, relative to the workspace:
               sarif, sarif-full, json, junit, markdown, html, gitlab-sast,
               gitlab-codequality, dotenv. What is not known, or was not written, is
               empty, so that an upload can wait for it:
               if: always() && steps.gate.outputs.sarif != ''
               verdict is pass, fail, incomplete, timeout, nothing-to-scan, unverified,
               interrupted, usage or dry-run. Only pass with exit-code 0 is a pass:
               with --soft-fail a fail has exit-code 0 too.
  job summary  the markdown report, cut to the 1 MiB that GitHub takes
  annotations  first what has no answer, then the findings that have a line, worst
               first: error for critical, high and unknown, warning for medium, notice
               for low and info. GitHub shows ten of each; the tenth counts the rest.
  masks        the API key, the secrets of the alert sources and the comment's token
               are hidden in the log, in the action's own step. In a step of yours the
               host hides what it gave as secrets; scangate prints none of them.

--comment keeps one comment on the pull request: created once, then updated by every
run with the same --category. It needs GITHUB_TOKEN in the step's environment and
permissions: pull-requests: write. A comment of somebody else is never touched,
whatever it says. Jobs for forks and Dependabot have no token that may write: there,
and wherever else it can't be written, the comment is a warning.

A file of the host that can't be written (GITHUB_OUTPUT, GITHUB_STEP_SUMMARY), or a
report's path that can't be an output, is never a pass: exit 0 becomes 3.
`
