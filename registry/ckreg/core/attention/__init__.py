"""What in a registry needs somebody's attention: facts to needs, most urgent first."""
