namespace ConsentRegistry.Benchmarks.Load;

/// <summary>A part of the run that could not be measured, and why. The other parts go on.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
