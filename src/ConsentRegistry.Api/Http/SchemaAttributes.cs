namespace ConsentRegistry.Api.Http;

/// <summary>
/// Marks a text field whose values are words of the vocabulary of effects, conditions and so on, for the OpenAPI
/// document.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class WordsAttribute : Attribute
{
    /// <summary>The enumeration whose values the words are.</summary>
    public abstract Type Type { get; }
}

/// <inheritdoc/>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WordsAttribute<T> : WordsAttribute
    where T : struct, Enum
{
    public override Type Type => typeof(T);
}

/// <summary>Marks a field whose JSON is that of another type than its own, for the OpenAPI document.</summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class ShapeAttribute : Attribute
{
    /// <summary>The type whose JSON the field holds.</summary>
    public abstract Type Type { get; }
}

/// <inheritdoc/>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ShapeAttribute<T> : ShapeAttribute
{
    public override Type Type => typeof(T);
}

/// <summary>
/// Marks a field that may be null where it is there, and may be absent too, for the OpenAPI document.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OrNullAttribute : Attribute;

/// <summary>
/// Marks a field that goes on working, and in whose place there is something better, for the OpenAPI document.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SupersededAttribute : Attribute;

/// <summary>Marks an answer each of whose fields may be absent, for the OpenAPI document.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SparseBodyAttribute : Attribute;

/// <summary>
/// Marks a body of another specification's: members that nobody knows are passed over, and null is as if it were not
/// there.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OpenBodyAttribute : Attribute;

/// <summary>Marks a text field that holds an RFC 3339 time, for the OpenAPI document.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimeAttribute : Attribute;

/// <summary>
/// Names the schema of a record where its own name would be too general among all schemas, or a language's own.
/// </summary>
/// <param name="name">The name in the OpenAPI document, and so in generated clients.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Enum)]
public sealed class SchemaNameAttribute(string name) : Attribute
{
    /// <summary>The name.</summary>
    public string Name => name;
}

/// <summary>
/// Marks a record that is in the contract what another is: what a request or a notification names is what answers name.
/// </summary>
/// <param name="other">The record whose schema stands for this one.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SameSchemaAsAttribute(Type other) : Attribute
{
    /// <summary>The record whose schema stands for this one.</summary>
    public Type Other => other;
}
