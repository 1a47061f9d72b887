// gitlab-ci-local asks for Node.js 22 for this alone; loaded before it, it runs on 20 as well.
Set.prototype.union ??= function union(other) {
  return new Set([...this, ...other.keys()]);
};
