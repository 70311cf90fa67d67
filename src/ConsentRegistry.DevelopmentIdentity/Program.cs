using ConsentRegistry.DevelopmentIdentity;

return await IdentityHost.RunAsync(args, Console.Out, Console.Error);
