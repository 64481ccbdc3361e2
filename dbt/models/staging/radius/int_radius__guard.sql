{{ guard_of('radius', ['orders']) }}
