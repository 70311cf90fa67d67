using ConsentRegistry.Api.Startup;

return await Commands.RunAsync(args);
